import { line, symbol } from 'd3-shape';
import type { ChartPoint, ChartSeries, LineChart } from './chart.ts';
import type { Position } from './geometry.ts';
import { pointText } from './point-text.ts';
import type { SeriesStyle } from './series-style.ts';
import { isShown, shownPoints } from './shown-points.ts';
import { element, escapeXml } from './svg-markup.ts';
import { THEME } from './theme.ts';

/** Where a point of the chart lies in the drawing. */
export type Projection = (point: ChartPoint) => Position;

/** Half the width that symbols take, rim included. */
export const SYMBOL_RADIUS = 6;
const SYMBOL_AREA = 75;

export function drawSeries(
  series: ChartSeries,
  style: SeriesStyle,
  chart: LineChart,
  project: Projection,
): string {
  return series.kind === 'line'
    ? drawLine(series, style, chart, project)
    : element(
        'g',
        {},
        ...shownPoints(series, chart).map((point) =>
          drawSymbol(style, project(point), tooltip(series, point, chart)),
        ),
      );
}

/** A line with gaps where points have no place. */
function drawLine(series: ChartSeries, style: SeriesStyle, chart: LineChart, project: Projection): string {
  const path = line<ChartPoint>()
    .defined((point) => isShown(point, chart))
    .x((point) => project(point).x)
    .y((point) => project(point).y)
    .digits(2)([...series.points]);
  return path === null || path === '' ? '' : strokedPath(path, style, series.name);
}

export function strokedPath(d: string, { color, dash }: SeriesStyle, title?: string): string {
  return element(
    'path',
    {
      d,
      fill: 'none',
      stroke: color,
      'stroke-width': 2,
      'stroke-linejoin': 'round',
      'stroke-linecap': dash === null ? 'round' : 'butt',
      'stroke-dasharray': dash ?? undefined,
    },
    ...(title === undefined ? [] : [element('title', {}, escapeXml(title))]),
  );
}

export function drawSymbol(style: SeriesStyle, { x, y }: Position, title?: string): string {
  return element(
    'path',
    {
      d: symbol(style.symbol, SYMBOL_AREA).digits(2)() ?? '',
      transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})`,
      fill: style.color,
      stroke: THEME.background,
      'stroke-width': 1,
    },
    ...(title === undefined ? [] : [element('title', {}, escapeXml(title))]),
  );
}

/** Viewers show this when the pointer rests on the symbol. */
function tooltip({ name }: ChartSeries, point: ChartPoint, chart: LineChart): string {
  return `${point.label ?? name}: ${pointText(point, chart)}`;
}
