import type { ChartSeries, LineChart } from './chart.ts';
import { drawSymbol, strokedPath } from './draw-series.ts';
import type { Position } from './geometry.ts';
import { type SeriesStyle, seriesStyles } from './series-style.ts';
import { element } from './svg-markup.ts';
import { textLine } from './text-line.ts';
import { textWidth } from './text-width.ts';
import { FONT, lineHeight, THEME } from './theme.ts';

interface LegendEntry {
  readonly series: ChartSeries;
  readonly style: SeriesStyle;
  readonly x: number;
  readonly row: number;
}

export interface Legend {
  readonly entries: readonly LegendEntry[];
  readonly height: number;
}

const SWATCH = 24;
const GAP = 14;
const ROW_HEIGHT = lineHeight(FONT.small) + 2;

/** Rows of symbols with names; none for a single series, which needs no telling apart. */
export function layoutLegend(chart: LineChart, width: number): Legend {
  if (chart.series.length < 2) return { entries: [], height: 0 };
  const styles = seriesStyles(chart);
  const entries: LegendEntry[] = [];
  let [x, row] = [0, 0];
  for (const [i, series] of chart.series.entries()) {
    const style = styles[i];
    if (style === undefined) continue;
    const needed = SWATCH + textWidth(series.name, FONT.small);
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    entries.push({ series, style, x, row });
    x += needed + GAP;
  }
  return { entries, height: (row + 1) * ROW_HEIGHT };
}

export function drawLegend({ entries }: Legend, left: number, top: number): string[] {
  return entries.flatMap(({ series, style, x, row }) => {
    const start = left + x;
    const middle = top + row * ROW_HEIGHT + ROW_HEIGHT / 2;
    const swatch = drawSwatch(series, style, { x: start, y: middle });
    const name = { x: start + SWATCH, y: middle + FONT.small * 0.36, size: FONT.small, fill: THEME.ink };
    return [swatch, textLine(series.name, name)];
  });
}

function drawSwatch({ kind }: ChartSeries, style: SeriesStyle, { x, y }: Position): string {
  if (kind === 'points') return drawSymbol(style, { x: x + SWATCH / 2 - 3, y });
  if (kind === 'line') return strokedPath(`M${x} ${y}h${SWATCH - 6}`, style);
  const [width, height] = [SWATCH - 8, FONT.small - 2];
  return element('rect', { x, y: y - height / 2, width, height, fill: style.color });
}
