import { element, escapeXml } from './svg-markup.ts';
import { FONT, THEME } from './theme.ts';

interface TextStyle {
  /** Where the baseline starts, ends or has its middle, after `anchor`. */
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly fill?: string;
  readonly bold?: boolean;
  /** Degrees clockwise about (x, y). */
  readonly turn?: number;
  /** Draws a rim in the ground's colour, so that lines beneath do not cut through the letters. */
  readonly rim?: boolean;
}

/** One line of text. */
export function textLine(text: string, style: TextStyle): string {
  const { x, y, anchor = 'start', size = FONT.label, fill = THEME.ink, bold, turn, rim } = style;
  return element(
    'text',
    {
      x,
      y,
      'font-size': size,
      fill,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': bold === true ? 'bold' : undefined,
      transform: turn === undefined ? undefined : `rotate(${turn} ${x} ${y})`,
      ...(rim === true && {
        stroke: THEME.background,
        'stroke-width': 3,
        'stroke-linejoin': 'round',
        'paint-order': 'stroke',
      }),
    },
    escapeXml(text),
  );
}
