import type { ChartAxis, ChartPoint, ChartSeries, Figure, LineChart } from './chart.ts';
import { pointText } from './point-text.ts';
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
  const series = chart.series.map((one) => describeSeries(one, chart));
  return [`${chart.title}: ${axes}.`, ...series, ...leftOutNotes(chart)].join(' ');
}

function describeAxis({ label, scale }: ChartAxis): string {
  return scale === 'log' ? `${label}, log scale,` : label;
}

function describeSeries(series: ChartSeries, chart: LineChart): string {
  const { name } = series;
  const shown = shownPoints(series, chart);
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined) return `${name}: no points.`;
  // Rows are no curve: none of them can be told from its neighbours.
  return shown.length <= MOST_LISTED || chart.rows !== undefined
    ? `${name}: ${shown.map((point) => describePoint(point, chart)).join('; ')}.`
    : `${name}: ${shown.length} points from ${describePoint(first, chart)} to ${describePoint(last, chart)}.`;
}

function describePoint(point: ChartPoint, chart: LineChart): string {
  const place = `(${pointText(point, chart)})`;
  return point.label === undefined ? place : `${point.label} ${place}`;
}
