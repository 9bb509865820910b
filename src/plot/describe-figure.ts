import type { ChartAxis, ChartPoint, ChartSeries, Figure, LineChart } from './chart.ts';
import { shortNumber } from './short-number.ts';
import { leftOutNotes, shownPoints } from './shown-points.ts';

/** More points than this are a curve, of which the ends are told. */
const MOST_LISTED = 12;

/** The figure in words and numbers, for those who cannot see it. */
export function describeFigure({ title, subtitle, panels }: Figure): string {
  const heading = subtitle === undefined ? title : `${title}. ${subtitle}`;
  return [heading, ...panels.map(describeChart)].join('\n');
}

function describeChart(chart: LineChart): string {
  const axes = `${describeAxis(chart.y)} against ${describeAxis(chart.x)}`;
  const series = chart.series.map((one) => describeSeries(one, shownPoints(one, chart)));
  return [`${chart.title}: ${axes}.`, ...series, ...leftOutNotes(chart)].join(' ');
}

function describeAxis({ label, scale }: ChartAxis): string {
  return scale === 'log' ? `${label}, log scale,` : label;
}

function describeSeries({ name }: ChartSeries, shown: readonly ChartPoint[]): string {
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined) return `${name}: no points.`;
  return shown.length <= MOST_LISTED
    ? `${name}: ${shown.map(describePoint).join('; ')}.`
    : `${name}: ${shown.length} points from ${describePoint(first)} to ${describePoint(last)}.`;
}

function describePoint({ label, x, y }: ChartPoint): string {
  const place = `(${shortNumber(x)}, ${shortNumber(y)})`;
  return label === undefined ? place : `${label} ${place}`;
}
