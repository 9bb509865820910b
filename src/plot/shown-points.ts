import type { ChartPoint, ChartSeries, LineChart, ScaleKind } from './chart.ts';
import { pointText } from './point-text.ts';

/** Bounds that leave room for arithmetic: no product or difference of coordinates overflows. */
const LARGEST = 1e150;

/** Whether the point has a place in the chart. */
export function isShown({ x, y }: ChartPoint, chart: LineChart): boolean {
  return isShowable(x, chart.x.scale) && isShowable(y, chart.y.scale);
}

/** Points that have a place in the chart. */
export function shownPoints(series: ChartSeries, chart: LineChart): ChartPoint[] {
  return series.points.filter((point) => isShown(point, chart));
}

function isShowable(value: number, scale: ScaleKind): boolean {
  return Math.abs(value) <= LARGEST && (scale === 'linear' || value >= 1 / LARGEST);
}

/** One sentence per series that lost points, with their names or their number. */
export function leftOutNotes(chart: LineChart): string[] {
  return chart.series.flatMap((series) => {
    const lost = series.points.filter((point) => !isShown(point, chart));
    if (lost.length === 0) return [];
    const named = lost.every(({ label }) => label !== undefined) && lost.length <= 6;
    const which = named
      ? lost.map((point) => `${point.label} at (${pointText(point, chart)})`).join(', ')
      : `${lost.length} of ${series.points.length} points of ${series.name}`;
    return [`Left out: ${which}. ${reason(chart)}`];
  });
}

function reason({ x, y }: LineChart): string {
  return x.scale === 'log' || y.scale === 'log'
    ? 'A log axis has a place for positive numbers only.'
    : 'An axis has a place for finite numbers only.';
}
