import uPlot from 'uplot';
import { element } from '../element.ts';
import { styleColour } from '../palette.ts';
import { ChartCursor } from './chart-cursor.ts';
import { ChartLegend } from './chart-legend.ts';
import type { ChartSeries } from './chart-series.ts';
import { formatAgo } from './format.ts';
import type { Series } from './live-series.ts';

export interface ChartOptions {
  readonly title: string;
  /** What is shown, in a sentence. */
  readonly note: string;
  /** Stands over two columns where there are three. */
  readonly broad?: boolean;
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  /** Of the axis; `format` where left out. */
  readonly axisFormat?: (value: number) => string;
  /** The series stand on one another, the first at the bottom; as bars, or as areas. */
  readonly stacked?: 'areas' | 'bars';
  /** A logarithmic axis, for values that span orders of magnitude. */
  readonly logarithmic?: boolean;
  /** The legend names only what is to be seen. */
  readonly sparse?: boolean;
  /** The axis reaches at least so far. */
  readonly least?: readonly [low: number, high: number];
}

const HEIGHT = 168;

/** A chart over the last minutes, with a legend that tells values in words. */
export class ChartCard {
  readonly element: HTMLElement;
  readonly #options: ChartOptions;
  readonly #plotPlace: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #legend: ChartLegend;
  readonly #cursor: ChartCursor;
  #plot: uPlot | null = null;
  #values: readonly Series[] = [];

  constructor(options: ChartOptions) {
    this.#options = options;
    const { title, note, broad, series, format } = options;
    this.#legend = new ChartLegend(series, format);
    this.#plotPlace = element('div', { class: 'plot' });
    this.#empty = element('p', { class: 'plot-empty' }, 'Nothing in this time');
    this.#cursor = new ChartCursor(this.#plotPlace, title, (index) => this.#tell(index));
    this.element = element(
      'section',
      { class: broad === true ? 'card broad' : 'card', 'aria-label': title },
      element('h2', {}, title),
      element('p', { class: 'note' }, note),
      element('div', { class: 'plot-frame' }, this.#plotPlace, this.#empty),
      this.#legend.element,
    );
    new ResizeObserver(() => this.#resize()).observe(this.#plotPlace);
  }

  /** One series for each of the options, all of equal length. */
  update(values: readonly Series[]): void {
    const relength = values[0]?.length !== this.#values[0]?.length;
    this.#values = values;
    if (this.#options.sparse === true) this.#legend.showOnly(values);
    this.#empty.hidden = values.some((series) => series.some((value) => value !== null && value !== 0));
    if (this.#plot === null || relength) this.redraw();
    else this.#plot.setData(this.#data());
    this.#cursor.moved(this.#plot, values[0]?.length ?? 0);
  }

  /** Draws anew, in the theme that is shown now. */
  redraw(): void {
    this.#plot?.destroy();
    this.#plot = null;
    const width = this.#plotPlace.clientWidth;
    if (width === 0 || this.#values.length === 0) return;
    this.#plot = new uPlot(this.#plotOptions(width), this.#data(), this.#plotPlace);
    this.#legend.recolour();
  }

  #resize(): void {
    const width = this.#plotPlace.clientWidth;
    if (this.#plot === null) this.redraw();
    else if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  /** Tells the values at a place of the chart; null for the newest. */
  #tell(index: number | null): string {
    const at = index ?? (this.#values[0]?.length ?? 1) - 1;
    return this.#legend.show(this.#values.map((series) => series[at] ?? null));
  }

  #data(): uPlot.AlignedData {
    const length = this.#values[0]?.length ?? 0;
    const ago = Array.from({ length }, (_, i) => i - length + 1);
    return [ago, ...(this.#options.stacked === undefined ? this.#values : stack(this.#values))];
  }

  #plotOptions(width: number): uPlot.Options {
    const { stacked, logarithmic, least, format, axisFormat = format } = this.#options;
    const span = this.#values[0]?.length ?? 0;
    const [muted, grid] = [styleColour('--muted'), styleColour('--grid')];
    const font = '12px system-ui, sans-serif';
    // Of a stack the whole is painted first, and what stands below over it.
    const series = stacked === undefined ? this.#options.series : [...this.#options.series].reverse();
    return {
      width,
      height: HEIGHT,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: [1 - span, 0] },
        y: {
          ...(logarithmic === true && { distr: 3, log: 10 }),
          range: (_, low, high) =>
            logarithmic === true ? logRange(low, high, least) : linearRange(low, high, least),
        },
      },
      axes: [
        {
          stroke: muted,
          font,
          grid: { show: false },
          ticks: { stroke: grid, width: 1, size: 4 },
          size: 30,
          splits: () => agoSplits(span),
          values: (_, splits) => splits.map((x) => formatAgo(-x)),
        },
        {
          stroke: muted,
          font,
          grid: { stroke: grid, width: 1 },
          ticks: { show: false },
          size: 58,
          gap: 8,
          space: 34,
          ...(logarithmic === true && { splits: (_, __, low, high) => logSplits(low, high) }),
          values: (_, splits) => splits.map((y) => (y === null ? '' : axisFormat(y))),
        },
      ],
      series: [{}, ...series.map((each) => lineOf(each, stacked))],
      hooks: { setCursor: [(plot) => this.#cursor.pointed(plot)] },
    };
  }
}

function lineOf({ colour, dashed, filled }: ChartSeries, stacked?: 'areas' | 'bars'): uPlot.Series {
  const line = colour();
  const bars = stacked === 'bars' ? uPlot.paths.bars?.({ size: [0.9, 12, 2], align: 0 }) : undefined;
  return {
    stroke: line,
    width: stacked === undefined ? (dashed === true ? 1.25 : 2) : 0,
    points: { show: false },
    ...(dashed === true && { dash: [4, 4] }),
    ...(stacked !== undefined && { fill: line }),
    ...(filled === true && { fill: line.replace('rgb(', 'rgba(').replace(')', ', 0.14)') }),
    ...(bars !== undefined && { paths: bars }),
  };
}

/** What each series reaches with all that stand below it, the topmost first. */
function stack(values: readonly Series[]): Series[] {
  const sums: Series[] = [];
  for (const series of values) {
    const below = sums[0];
    sums.unshift(series.map((value, i) => (value ?? 0) + (below?.[i] ?? 0)));
  }
  return sums;
}

type Reach = readonly [low: number, high: number];

function linearRange(
  low: number | null,
  high: number | null,
  [lowest, highest]: Reach = [0, 1],
): [number, number] {
  const from = Math.min(low ?? lowest, lowest);
  const to = Math.max(high ?? highest, highest);
  return [from, to > highest ? to + (to - from) * 0.08 : to];
}

function logRange(
  low: number | null,
  high: number | null,
  [lowest, highest]: Reach = [1, 10],
): [number, number] {
  return [Math.min(low ?? lowest, lowest) / 1.25, Math.max(high ?? highest, highest) * 1.25];
}

/** Round values of a logarithmic axis, three to six of them. */
function logSplits(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const factors = decades < 1.4 ? [1, 2, 5] : decades < 2.6 ? [1, 3] : [1];
  const splits: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    splits.push(...factors.map((factor) => factor * 10 ** power));
  }
  return splits.filter((value) => value >= low && value <= high);
}

/** Where the axis tells the time: five or six places, the last of them now. */
function agoSplits(span: number): number[] {
  const step = span > 120 ? 60 : 15;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => -i * step).reverse();
}
