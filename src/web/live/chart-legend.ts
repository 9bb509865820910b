import { element } from '../element.ts';
import type { ChartSeries } from './chart-series.ts';

/** Names, colours and values of a chart's series: the chart for who does not see it, or wants it exact. */
export class ChartLegend {
  readonly element: HTMLElement;
  readonly #series: readonly ChartSeries[];
  readonly #format: (value: number) => string;
  readonly #entries: { readonly swatch: HTMLElement; readonly value: HTMLElement }[] = [];

  constructor(series: readonly ChartSeries[], format: (value: number) => string) {
    this.#series = series;
    this.#format = format;
    this.element = element('ul', { class: 'legend' });
    for (const { name, dashed } of series) {
      const swatch = element('span', { class: dashed === true ? 'swatch dashed' : 'swatch', 'aria-hidden': 'true' });
      const value = element('span', { class: 'legend-value' }, '–');
      this.#entries.push({ swatch, value });
      this.element.append(element('li', {}, swatch, element('span', {}, name), value));
    }
    this.recolour();
  }

  recolour(): void {
    this.#entries.forEach(({ swatch }, i) => {
      swatch.style.setProperty('--swatch', this.#series[i]?.colour() ?? '');
    });
  }

  /** Shows one value per series, and returns all of them in words. */
  show(values: readonly (number | null)[]): string {
    const texts = values.map((value) => (value === null ? '–' : this.#format(value)));
    this.#entries.forEach(({ value }, i) => {
      value.textContent = texts[i] ?? '–';
    });
    const told = texts.flatMap((text, i) => (text === '–' ? [] : [`${this.#series[i]?.name} ${text}`]));
    return told.length === 0 ? 'nothing' : told.join(', ');
  }
}
