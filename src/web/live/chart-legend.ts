import { element } from '../element.ts';
import type { ChartSeries } from './chart-series.ts';
import type { Series } from './live-series.ts';

const NONE = '–';

/** A series in the legend. */
interface Entry {
  readonly swatch: HTMLElement;
  readonly value: HTMLElement;
  readonly item: HTMLElement;
}

/** Names, colours and values of a chart's series: the chart for who does not see it, or wants it exact. */
export class ChartLegend {
  readonly element = element('ul', { class: 'legend' });
  readonly #series: readonly ChartSeries[];
  readonly #format: (value: number) => string;
  readonly #entries: Entry[] = [];

  constructor(series: readonly ChartSeries[], format: (value: number) => string) {
    this.#series = series;
    this.#format = format;
    for (const each of series) this.#entries.push(this.#entryOf(each));
    this.recolour();
  }

  recolour(): void {
    this.#entries.forEach(({ swatch }, i) => {
      swatch.style.setProperty('--swatch', this.#series[i]?.colour() ?? '');
    });
  }

  /** Leaves out series of which there is nothing to see, unless that is so of all. */
  showOnly(values: readonly Series[]): void {
    const seen = values.map((series) => series.some((value) => value !== null && value !== 0));
    this.#entries.forEach(({ item }, i) => {
      item.hidden = seen.includes(true) && seen[i] === false;
    });
  }

  /** Shows one value per series, and returns all of them in words. */
  show(values: readonly (number | null)[]): string {
    const texts = values.map((value) => (value === null ? NONE : this.#format(value)));
    this.#entries.forEach(({ value }, i) => {
      value.textContent = texts[i] ?? NONE;
    });
    const told = texts.flatMap((text, i) =>
      text === NONE || this.#entries[i]?.item.hidden === true ? [] : [`${this.#series[i]?.name} ${text}`],
    );
    return told.length === 0 ? 'nothing' : told.join(', ');
  }

  #entryOf({ name, dashed, isTarget }: ChartSeries): Entry {
    const swatch = element('span', {
      class: dashed === true ? 'swatch dashed' : 'swatch',
      'aria-hidden': 'true',
    });
    const value = element('span', { class: 'legend-value' }, NONE);
    const before = this.#entries.at(-1)?.item;
    if (isTarget === true && before !== undefined) {
      before.append(element('span', { class: 'legend-target' }, swatch, value));
      return { swatch, value, item: before };
    }
    const item = element('li', {}, swatch, element('span', {}, name), value);
    this.element.append(item);
    return { swatch, value, item };
  }
}
