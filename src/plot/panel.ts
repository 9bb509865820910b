import { type AxisScale, createAxisScale } from './axis-scale.ts';
import type { ChartPoint, ChartSeries, LineChart } from './chart.ts';
import { drawAxes, TICK_GAP } from './draw-axes.ts';
import { barExtent, drawBars } from './draw-bars.ts';
import { drawLabels } from './draw-labels.ts';
import { drawSeries, type Projection } from './draw-series.ts';
import type { Box } from './geometry.ts';
import { drawLegend, type Legend, layoutLegend } from './legend.ts';
import { createRowScale } from './row-scale.ts';
import { seriesStyles } from './series-style.ts';
import { leftOutNotes, shownPoints } from './shown-points.ts';
import { textLine } from './text-line.ts';
import { textWidth, wrapText } from './text-width.ts';
import { FONT, lineHeight, THEME } from './theme.ts';

/** A chart with its texts broken into lines, before anything is drawn. */
export interface Panel {
  readonly chart: LineChart;
  readonly subtitle: readonly string[];
  readonly legend: Legend;
  readonly notes: readonly string[];
  readonly width: number;
  /** Wished for; long texts may need more. */
  readonly height: number;
  /** What the texts above and below the plot need. */
  readonly headerHeight: number;
  readonly footerHeight: number;
}

const DEFAULT_SIZE = { width: 480, height: 420 };
const LINE = { title: lineHeight(FONT.title), label: lineHeight(FONT.label), small: lineHeight(FONT.small) };
/** Between blocks of text. */
const GAP = 8;
/** Texts never squeeze a plot below this. */
export const LEAST_PLOT = 120;

export function layoutPanel(chart: LineChart): Panel {
  const width = chart.width ?? DEFAULT_SIZE.width;
  const subtitle = wrapText(chart.subtitle ?? '', FONT.small, width);
  const notes = leftOutNotes(chart).flatMap((note) => wrapText(note, FONT.small, width));
  const legend = layoutLegend(chart, width);
  const headerHeight =
    LINE.title + subtitle.length * LINE.small + (legend.height > 0 ? legend.height + GAP : 0) + GAP;
  const footerHeight =
    TICK_GAP + LINE.small + LINE.label + GAP + (notes.length > 0 ? notes.length * LINE.small + GAP : 0);
  const rowsHeight = headerHeight + footerHeight + (chart.rows?.length ?? 0) * LINE.small;
  const height = Math.max(chart.height ?? DEFAULT_SIZE.height, rowsHeight);
  return { chart, subtitle, legend, notes, width, height, headerHeight, footerHeight };
}

/** Draws a panel with its corner at (`left`, `top`) and its plot between `plotTop` and `plotBottom`. */
export function drawPanel(
  panel: Panel,
  { left, top, plotTop, plotBottom }: { left: number; top: number; plotTop: number; plotBottom: number },
): string[] {
  const { chart } = panel;
  const points = chart.series.flatMap((series) => shownPoints(series, chart));
  const y = verticalScale(chart, points, [plotTop, plotBottom]);
  const gutter = LINE.label + GAP + widestLabel(y) + TICK_GAP;
  const plot = {
    left: left + gutter,
    top: plotTop,
    width: Math.max(LEAST_PLOT, panel.width - gutter - GAP),
    height: plotBottom - plotTop,
  };
  const x = createAxisScale(chart.x.scale, [...points.map((point) => point.x), ...barExtent(chart)], {
    range: [plot.left, plot.left + plot.width],
    labelExtent: (label) => textWidth(label, FONT.small) + 24,
  });
  return [
    ...drawHeader(panel, left, top),
    ...drawAxes(x, y, plot),
    ...drawMarks(chart, plot, (point) => ({ x: x.position(point.x), y: y.position(point.y) })),
    ...drawFooter(panel, left, plot),
  ];
}

function verticalScale(
  { rows, y }: LineChart,
  points: readonly ChartPoint[],
  [top, bottom]: readonly [number, number],
): AxisScale {
  if (rows !== undefined) return createRowScale(rows, [top, bottom]);
  return createAxisScale(
    y.scale,
    points.map((point) => point.y),
    { range: [bottom, top], labelExtent: () => 3 * FONT.small },
  );
}

function widestLabel({ ticks }: AxisScale): number {
  return ticks.reduce((widest, { label }) => Math.max(widest, textWidth(label, FONT.small)), 0);
}

function drawMarks(chart: LineChart, plot: Box, project: Projection): string[] {
  const styles = seriesStyles(chart);
  const drawn = (kind: ChartSeries['kind']) =>
    chart.series.flatMap((series, i) => {
      const style = styles[i];
      if (series.kind !== kind || style === undefined) return [];
      return [(kind === 'bars' ? drawBars : drawSeries)(series, style, chart, project)];
    });
  const labels = drawLabels(chart, plot, project);
  return [...drawn('bars'), ...drawn('line'), ...labels.leaders, ...drawn('points'), ...labels.texts];
}

function drawHeader({ chart, subtitle, legend }: Panel, left: number, top: number): string[] {
  const subtitleTop = top + LINE.title;
  const legendTop = subtitleTop + subtitle.length * LINE.small + GAP;
  return [
    textLine(chart.title, { x: left, y: top + FONT.title, size: FONT.title, bold: true }),
    ...textBlock(subtitle, left, subtitleTop),
    ...drawLegend(legend, left, legendTop),
  ];
}

function drawFooter({ chart, notes }: Panel, left: number, plot: Box): string[] {
  const bottom = plot.top + plot.height;
  const labelBaseline = bottom + TICK_GAP + LINE.small + FONT.label;
  const middle = plot.top + plot.height / 2;
  return [
    textLine(chart.x.label, { x: plot.left + plot.width / 2, y: labelBaseline, anchor: 'middle' }),
    textLine(chart.y.label, { x: left + FONT.label, y: middle, anchor: 'middle', turn: -90 }),
    ...textBlock(notes, left, labelBaseline + GAP),
  ];
}

function textBlock(lines: readonly string[], left: number, top: number): string[] {
  return lines.map((line, i) =>
    textLine(line, { x: left, y: top + i * LINE.small + FONT.small, size: FONT.small, fill: THEME.quiet }),
  );
}
