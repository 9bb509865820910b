import type { ChartPoint, LineChart } from './chart.ts';
import { type Projection, SYMBOL_RADIUS } from './draw-series.ts';
import type { Box, Segment } from './geometry.ts';
import { placeLabels } from './place-labels.ts';
import { isShown, shownPoints } from './shown-points.ts';
import { element } from './svg-markup.ts';
import { textLine } from './text-line.ts';
import { textWidth } from './text-width.ts';
import { FONT, THEME } from './theme.ts';

/** Between a label and the frame, pixels: descenders reach below a label's box. */
const LABEL_INSET = 4;

/** Without it neighbours would read as one text. */
const WORD_GAP = 6;

/** The marks of a chart's labels: leaders belong under the symbols, texts above everything. */
export interface LabelMarks {
  readonly leaders: readonly string[];
  readonly texts: readonly string[];
}

/** Writes the labels of all points inside `plot`, clear of symbols, lines and one another where there is room. */
export function drawLabels(chart: LineChart, plot: Box, project: Projection): LabelMarks {
  // Bars write theirs themselves.
  const points = chart.series
    .filter(({ kind }) => kind !== 'bars')
    .flatMap((series) => shownPoints(series, chart));
  const labels = points.flatMap((point) =>
    point.label === undefined ? [] : [{ text: point.label, at: project(point) }],
  );
  const places = placeLabels(
    labels.map(({ text, at }) => ({ at, width: textWidth(text, FONT.label) + WORD_GAP, height: FONT.label })),
    {
      bounds: inset(plot, LABEL_INSET),
      symbols: chart.series
        .filter(({ kind }) => kind === 'points')
        .flatMap((series) => shownPoints(series, chart).map(project)),
      symbolRadius: SYMBOL_RADIUS,
      lines: labels.length === 0 ? [] : lineSegments(chart, project),
    },
  );
  return {
    leaders: places.flatMap(({ leader }) => (leader === null ? [] : [drawLeader(leader)])),
    texts: places.map(({ box }, i) => drawText(labels[i]?.text ?? '', box, labels[i]?.at.x ?? 0)),
  };
}

/** Widths are estimates: set on the side of its point, a shorter text still begins or ends near it. */
function drawText(text: string, box: Box, pointX: number): string {
  const right = box.left + box.width;
  const [anchor, x] =
    box.left >= pointX
      ? (['start', box.left + WORD_GAP / 2] as const)
      : right <= pointX
        ? (['end', right - WORD_GAP / 2] as const)
        : (['middle', box.left + box.width / 2] as const);
  // Letters without descenders stand in the middle of their box.
  const y = box.top + box.height / 2 + FONT.label * 0.36;
  return textLine(text, { x, y, anchor, rim: true });
}

function inset({ left, top, width, height }: Box, by: number): Box {
  return { left: left + by, top: top + by, width: width - 2 * by, height: height - 2 * by };
}

function drawLeader({ from, to }: Segment): string {
  const d = `M${from.x.toFixed(2)} ${from.y.toFixed(2)}L${to.x.toFixed(2)} ${to.y.toFixed(2)}`;
  return element('path', { d, fill: 'none', stroke: THEME.neutral, 'stroke-width': 1 });
}

/** Between neighbours that both have a place. */
function lineSegments(chart: LineChart, project: Projection): Segment[] {
  const segments: Segment[] = [];
  for (const { kind, points } of chart.series) {
    let previous: ChartPoint | undefined;
    for (const point of points) {
      const shown = isShown(point, chart) ? point : undefined;
      if (kind === 'line' && previous && shown)
        segments.push({ from: project(previous), to: project(shown) });
      previous = shown;
    }
  }
  return segments;
}
