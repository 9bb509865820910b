import { describeError } from './api/api-error.ts';
import { fetchLadder, type Rung } from './api/ladder.ts';
import { chooseTheme, chosenTheme, type Theme } from './chosen-theme.ts';
import { part } from './element.ts';
import { KeyDialog } from './key-dialog.ts';
import type { DashboardData } from './live/dashboard-data.ts';
import { LiveFeed } from './live/live-feed.ts';
import { LiveView } from './live/live-view.ts';
import type { LiveWindow } from './live/live-window.ts';
import { isDark, rungColours } from './palette.ts';
import { bitsLegend } from './playground/bits-legend.ts';
import { Playground } from './playground/playground.ts';
import { showServerState } from './server-state.ts';

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

const THEME_SIGNS: Readonly<Record<Theme, string>> = { system: '◐', light: '○', dark: '●' };

/** What needs to know the ladder before it can be shown. */
interface Views {
  readonly ladder: readonly Rung[];
  readonly live: LiveView;
}

let views: Views | null = null;

const keyDialog = new KeyDialog(() => feed.restart());
const feed = new LiveFeed({
  onState(state) {
    showServerState(state);
    if (state.kind === 'locked') keyDialog.ask(state.text);
  },
  onData: (data, window) => void show(data, window),
});

async function show(data: DashboardData, window: LiveWindow): Promise<void> {
  keyDialog.show(data.key);
  part('model').textContent = data.model;
  part('foot').textContent = `quept ${data.version} · policy ${data.policy} · ${data.slots} slots`;
  const known = views !== null && sameRungs(views.ladder, data.rungs);
  if (!known) {
    try {
      views = openViews(await fetchLadder());
    } catch (thrown) {
      showServerState({ kind: 'other', text: describeError(thrown) });
      return;
    }
  }
  views?.live.update(data, window);
}

/** A server that was started again may serve another model. */
function sameRungs(ladder: readonly Rung[], rungs: readonly string[]): boolean {
  return ladder.length === rungs.length && ladder.every(({ id }, i) => id === rungs[i]);
}

function openViews(ladder: readonly Rung[]): Views {
  const live = new LiveView({ tiles: part('tiles'), charts: part('charts') }, ladder);
  new Playground(part('playground'), ladder);
  part('bits-legend').replaceChildren(...bitsLegend(ladder));
  colourRungs(ladder.length);
  return { ladder, live };
}

/** Gives the style sheet a colour for each rung. */
function colourRungs(rungs: number): void {
  rungColours(rungs, isDark()).forEach((colour, rung) => {
    document.documentElement.style.setProperty(`--rung-${rung}`, colour);
  });
}

function themeChanged(): void {
  const theme = chosenTheme();
  part('theme-name').textContent = theme;
  part('theme-sign').textContent = THEME_SIGNS[theme];
  if (views === null) return;
  colourRungs(views.ladder.length);
  views.live.redraw();
}

/** Shows the view that the address names; a place within one (`#main`) changes nothing. */
function navigate(): void {
  const wanted = { '': 'live', '#live': 'live', '#playground': 'playground' }[location.hash];
  if (wanted === undefined) return;
  for (const view of ['live', 'playground']) {
    part(`${view}-view`).hidden = view !== wanted;
    const link = part(`to-${view}`);
    if (view === wanted) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

part('theme-button').addEventListener('click', () => {
  chooseTheme(NEXT_THEME[chosenTheme()]);
  themeChanged();
});
part('span').addEventListener('change', (event) => {
  if (views !== null && event.target instanceof HTMLInputElement)
    views.live.span = Number(event.target.value);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themeChanged);
window.addEventListener('hashchange', navigate);
themeChanged();
navigate();
feed.restart();
