import type { ChartPoint, LineChart } from './chart.ts';
import { shortNumber } from './short-number.ts';

/** The coordinates of a point as a reader of the chart would tell them: `0.5, 12.3`, or `62.5, sums` of named rows. */
export function pointText({ x, y }: ChartPoint, { rows }: LineChart): string {
  return `${shortNumber(x)}, ${rows?.[Math.round(y)] ?? shortNumber(y)}`;
}
