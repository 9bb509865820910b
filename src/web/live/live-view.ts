import type { Rung } from '../api/ladder.ts';
import type { DashboardData } from './dashboard-data.ts';
import { LadderCard } from './ladder-card.ts';
import { type LiveChart, liveCharts } from './live-charts.ts';
import { totalSwitches, totalTokens } from './live-series.ts';
import type { LiveWindow } from './live-window.ts';
import { SwitchCard } from './switch-card.ts';
import { Tiles } from './tiles.ts';

interface LivePlaces {
  readonly tiles: HTMLElement;
  readonly charts: HTMLElement;
}

/** The view of what happens now and in the last minutes. */
export class LiveView {
  /** Seconds shown. */
  #span = 300;
  readonly #ladder: readonly Rung[];
  readonly #tiles: Tiles;
  readonly #charts: readonly LiveChart[];
  readonly #switches = new SwitchCard();
  readonly #ladderCard: LadderCard;
  #shown: { readonly data: DashboardData; readonly window: LiveWindow } | null = null;

  constructor({ tiles, charts }: LivePlaces, ladder: readonly Rung[]) {
    this.#ladder = ladder;
    tiles.replaceChildren();
    this.#tiles = new Tiles(tiles);
    this.#charts = liveCharts(ladder);
    this.#ladderCard = new LadderCard(ladder);
    charts.replaceChildren(
      ...this.#charts.map(({ card }) => card.element),
      this.#switches.element,
      this.#ladderCard.element,
    );
  }

  set span(seconds: number) {
    this.#span = seconds;
    if (this.#shown !== null) this.update(this.#shown.data, this.#shown.window);
  }

  update(data: DashboardData, window: LiveWindow): void {
    this.#shown = { data, window };
    const seconds = window.last(this.#span);
    const before = window.before(this.#span);
    this.#tiles.update(data, this.#ladder, seconds, before);
    for (const { card, values } of this.#charts) card.update(values(seconds, before));
    this.#switches.update(totalSwitches(seconds));
    this.#ladderCard.update(totalTokens(seconds, this.#ladder.length));
  }

  /** Draws anew, in the theme that is shown now. */
  redraw(): void {
    for (const { card } of this.#charts) card.redraw();
    this.#ladderCard.redraw();
  }
}
