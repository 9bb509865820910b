import type { Rung } from '../api/ladder.ts';
import { element } from '../element.ts';
import { type DashboardData, TIERS } from './dashboard-data.ts';
import { formatBits, formatMs, formatNumber, formatShare } from './format.ts';
import { averageBits, quantile, shareOnTime, states, tokenRates, totalEnded } from './live-series.ts';
import type { ShownSecond } from './live-window.ts';

const NONE = '–';

interface TileText {
  readonly value: string;
  readonly note: string;
}

/** The figures of the moment, large. */
export class Tiles {
  readonly #tiles = new Map<string, { readonly value: HTMLElement; readonly note: HTMLElement }>();

  constructor(place: HTMLElement) {
    for (const name of [
      'Precision now',
      'Tokens per second',
      'First token, median',
      'On time',
      'Running',
      'Waiting',
    ]) {
      const value = element('dd', { class: 'tile-value' }, NONE);
      const note = element('dd', { class: 'tile-note' }, '\u00a0');
      this.#tiles.set(name, { value, note });
      place.append(element('div', { class: 'tile' }, element('dt', {}, name), value, note));
    }
  }

  update(
    data: DashboardData,
    ladder: readonly Rung[],
    seconds: readonly ShownSecond[],
    before: ShownSecond,
  ): void {
    const bits =
      averageBits(
        seconds,
        ladder.map(({ averageBits: each }) => each),
        TIERS,
      ).at(-1) ?? null;
    const rate = tokenRates(seconds, ladder.length).reduce((sum, series) => sum + (series.at(-1) ?? 0), 0);
    const bins = seconds.flatMap((second) => TIERS.flatMap((tier) => second?.first_tokens[tier]?.bins ?? []));
    const median = quantile(bins, 0.5);
    const slow = quantile(bins, 0.95);
    const onTime = shareOnTime(seconds);
    const { finished, cancelled, failed, refused } = totalEnded(seconds);
    const [running, waiting] = [states(seconds, 'running', before), states(seconds, 'waiting', before)];
    const prompts = seconds.slice(-10).reduce((sum, second) => sum + (second?.prompt_tokens ?? 0), 0) / 10;
    this.#show('Precision now', {
      value: bits === null ? NONE : formatBits(bits),
      note: `bits per weight, of ${formatBits(ladder.at(-1)?.averageBits ?? 0)}`,
    });
    this.#show('Tokens per second', {
      value: formatNumber(Math.round(rate)),
      note: `and ${formatNumber(Math.round(prompts))} of prompts`,
    });
    this.#show('First token, median', {
      value: median === null ? NONE : formatMs(median),
      note: slow === null ? '\u00a0' : `95 % within ${formatMs(slow)}`,
    });
    this.#show('On time', {
      value: onTime === null ? NONE : formatShare(onTime),
      note: endings(finished, { cancelled, failed, refused }),
    });
    this.#show('Running', { value: String(running.at(-1) ?? 0), note: `of ${data.slots} slots` });
    this.#show('Waiting', {
      value: String(waiting.at(-1) ?? 0),
      note: `of ${formatNumber(data.max_waiting)} places`,
    });
  }

  #show(name: string, { value, note }: TileText): void {
    const tile = this.#tiles.get(name);
    if (tile === undefined) return;
    tile.value.textContent = value;
    tile.note.textContent = note;
  }
}

/** How requests ended: those that did well always, the others where there are any. */
function endings(finished: number, others: Readonly<Record<string, number>>): string {
  const told = Object.entries(others).filter(([, count]) => count > 0);
  return [
    `${formatNumber(finished)} answered`,
    ...told.map(([how, count]) => `${formatNumber(count)} ${how}`),
  ].join(', ');
}
