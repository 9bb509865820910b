import type { ChartPoint, ChartSeries, LineChart } from './chart.ts';
import type { Projection } from './draw-series.ts';
import { pointText } from './point-text.ts';
import type { SeriesStyle } from './series-style.ts';
import { shownPoints } from './shown-points.ts';
import { element, escapeXml } from './svg-markup.ts';
import { textLine } from './text-line.ts';
import { FONT } from './theme.ts';

/** Of a row's height; the rest keeps rows apart. */
const BAND = 0.78;
const LABEL_GAP = 5;
/** Beyond the longest bar, as a share of it, for the label behind. */
const LABEL_SHARE = 0.16;

/** What the x axis must reach beside the points: where bars begin, and room for their labels. */
export function barExtent(chart: LineChart): number[] {
  const bars = chart.series.filter(({ kind }) => kind === 'bars');
  if (bars.length === 0) return [];
  const ends = bars.flatMap((series) => shownPoints(series, chart).map(({ x }) => x));
  return [0, ends.reduce((most, x) => Math.max(most, x), 0) * (1 + LABEL_SHARE)];
}

/** Bars of one series, in its part of each row. */
export function drawBars(
  series: ChartSeries,
  style: SeriesStyle,
  chart: LineChart,
  project: Projection,
): string {
  const sharing = chart.series.filter(({ kind }) => kind === 'bars');
  const height = BAND / sharing.length;
  const offset = -BAND / 2 + sharing.indexOf(series) * height;
  const bars = shownPoints(series, chart).map((point) => {
    const top = Math.round(point.y) + offset;
    return drawBar({ series, style, chart, project }, point, { top, bottom: top + height });
  });
  return element('g', {}, ...bars);
}

interface BarDrawing {
  readonly series: ChartSeries;
  readonly style: SeriesStyle;
  readonly chart: LineChart;
  readonly project: Projection;
}

function drawBar(
  { series, style, chart, project }: BarDrawing,
  point: ChartPoint,
  row: { readonly top: number; readonly bottom: number },
): string {
  const start = project({ x: 0, y: row.top });
  const end = project({ x: point.x, y: row.bottom });
  const title = `${series.name}: ${point.label ?? pointText(point, chart)}`;
  const bar = element(
    'rect',
    {
      x: Math.min(start.x, end.x),
      y: Math.min(start.y, end.y),
      width: Math.abs(end.x - start.x),
      height: Math.max(1, Math.abs(end.y - start.y) - 1),
      fill: style.color,
    },
    element('title', {}, escapeXml(title)),
  );
  if (point.label === undefined) return bar;
  const middle = (start.y + end.y) / 2 + FONT.small * 0.36;
  return bar + textLine(point.label, { x: end.x + LABEL_GAP, y: middle, size: FONT.small, rim: true });
}
