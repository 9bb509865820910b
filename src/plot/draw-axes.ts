import type { AxisScale } from './axis-scale.ts';
import type { Box } from './geometry.ts';
import { element } from './svg-markup.ts';
import { textLine } from './text-line.ts';
import { FONT, THEME } from './theme.ts';

const TICK = 5;
/** From the plot's edge to the labels of its ticks. */
export const TICK_GAP = TICK + 4;

/** Grid lines, frame, ticks and their labels around `plot`. */
export function drawAxes(x: AxisScale, y: AxisScale, plot: Box): string[] {
  const [right, bottom] = [plot.left + plot.width, plot.top + plot.height];
  const grid = [
    ...x.ticks.map(({ position, label }) => gridLine(`M${at(position)} ${plot.top}V${bottom}`, label)),
    ...y.ticks.map(({ position, label }) => gridLine(`M${plot.left} ${at(position)}H${right}`, label)),
  ];
  // Minor lines first, so that they never lie across a major one.
  const [minor, major] = [grid.filter(({ faint }) => faint), grid.filter(({ faint }) => !faint)];
  return [
    ...[...minor, ...major].map(({ markup }) => markup),
    element('path', {
      d: `M${plot.left} ${plot.top}V${bottom}H${right}`,
      fill: 'none',
      stroke: THEME.quiet,
      'stroke-width': 1,
    }),
    ...labelled(x).map(({ position, label }) =>
      tick(`M${at(position)} ${bottom}v${TICK}`, label, {
        x: position,
        y: bottom + TICK_GAP + FONT.small * 0.8,
        anchor: 'middle',
      }),
    ),
    ...labelled(y).map(({ position, label }) =>
      tick(`M${plot.left} ${at(position)}h${-TICK}`, label, {
        x: plot.left - TICK_GAP,
        y: position + FONT.small * 0.36,
        anchor: 'end',
      }),
    ),
  ];
}

function labelled({ ticks }: AxisScale) {
  return ticks.filter(({ label }) => label !== '');
}

function gridLine(d: string, label: string) {
  const faint = label === '';
  const stroke = faint ? THEME.minorGrid : THEME.grid;
  return { faint, markup: element('path', { d, fill: 'none', stroke, 'stroke-width': 1 }) };
}

function tick(d: string, label: string, place: { x: number; y: number; anchor: 'middle' | 'end' }): string {
  return (
    element('path', { d, fill: 'none', stroke: THEME.quiet, 'stroke-width': 1 }) +
    textLine(label, { ...place, size: FONT.small, fill: THEME.quiet })
  );
}

function at(position: number): string {
  return position.toFixed(2);
}
