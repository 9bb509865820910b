import {
  type SymbolType,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from 'd3-shape';
import type { LineChart } from './chart.ts';
import { THEME } from './theme.ts';

export interface SeriesStyle {
  readonly color: string;
  readonly symbol: SymbolType;
  /** An SVG dash pattern; null for a solid line. */
  readonly dash: string | null;
}

const SYMBOLS = [symbolCircle, symbolDiamond, symbolSquare, symbolTriangle, symbolCross, symbolStar];

/**
 * How to draw each series: no two differ by colour alone, except for solid lines, of which a colour-blind reader
 * can still tell the palette apart. When the colours run out they come again, with other symbols and dotted.
 */
export function seriesStyles(chart: LineChart): SeriesStyle[] {
  let colored = 0;
  return chart.series.map(({ dashed, neutral }) => {
    const place = neutral === true ? 0 : colored++;
    const round = Math.floor(place / THEME.series.length);
    return {
      color: neutral === true ? THEME.neutral : (THEME.series[place % THEME.series.length] ?? THEME.ink),
      symbol: SYMBOLS[(place + round) % SYMBOLS.length] ?? symbolCircle,
      dash: dashed === true ? '6 4' : round > 0 ? '2 3' : null,
    };
  });
}
