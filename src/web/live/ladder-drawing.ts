import type { Rung } from '../api/ladder.ts';
import { svgElement } from '../element.ts';
import { ofRung } from '../palette.ts';
import { formatKl, formatNumber } from './format.ts';

const HEIGHT = 230;
const MARGIN = { top: 34, right: 34, bottom: 44, left: 46 };

interface Measured {
  readonly id: string;
  readonly rung: number;
  /** Cost. */
  readonly ms: number;
  /** Loss of quality. */
  readonly kl: number;
}

interface Axis {
  readonly ticks: readonly number[];
  place(value: number): number;
}

/**
 * Quality over cost, `width` pixels wide, with a line through the rungs that no other one beats in both; null where
 * either was not measured.
 */
export function drawLadder(ladder: readonly Rung[], width: number): SVGElement | null {
  const measured = ladder.flatMap(({ id, msPerToken, predictedKl }, rung): Measured[] =>
    msPerToken === null || predictedKl === null ? [] : [{ id, rung, ms: msPerToken, kl: predictedKl }],
  );
  if (measured.length < 2) return null;
  const x = axisOf(
    measured.map(({ ms }) => ms),
    MARGIN.left,
    width - MARGIN.right,
  );
  // Worse is lower: the best rung stands at the top.
  const y = axisOf(
    measured.map(({ kl }) => kl),
    MARGIN.top,
    HEIGHT - MARGIN.bottom,
  );
  const front = frontOf(measured);
  const line = front.map(({ ms, kl }) => `${x.place(ms)} ${y.place(kl)}`).join('L');
  return svgElement(
    'svg',
    {
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: 'img',
      'aria-label': `Distance to full precision over time per token: ${measured.map(inWords).join('; ')}`,
    },
    ...gridOf(x, y, width),
    svgElement('path', { class: 'ladder-line', d: `M${line}` }),
    ...measured.flatMap((each) => pointOf(each, x.place(each.ms), y.place(each.kl), front.includes(each))),
    svgElement('text', { x: width - MARGIN.right, y: HEIGHT - 6, 'text-anchor': 'end' }, 'ms per token →'),
    svgElement('text', { x: 0, y: 12 }, 'nats from full precision ↑ nearer'),
  );
}

/** Those that none beats in both, the cheapest first. */
function frontOf(measured: readonly Measured[]): Measured[] {
  return measured
    .filter(({ ms, kl }) => !measured.some((other) => other.ms < ms && other.kl < kl))
    .sort((a, b) => a.ms - b.ms);
}

function inWords({ id, ms, kl }: Measured): string {
  return `${id} ${formatNumber(ms)} ms, ${formatKl(kl)} nats`;
}

/** Names stand where the line is not: above it, or below for a rung that is below it. */
function pointOf({ id, rung }: Measured, x: number, y: number, onFront: boolean): SVGElement[] {
  return [
    ofRung(svgElement('circle', { cx: x, cy: y, r: 6, class: 'ladder-point' }), rung),
    svgElement(
      'text',
      {
        x: onFront ? x - 9 : x + 9,
        y: onFront ? y - 8 : y + 15,
        'text-anchor': onFront ? 'end' : 'start',
        class: 'ladder-name',
      },
      id,
    ),
  ];
}

function gridOf(x: Axis, y: Axis, width: number): SVGElement[] {
  const bottom = HEIGHT - MARGIN.bottom;
  return [
    ...y.ticks.flatMap((value) => {
      const at = y.place(value);
      return [
        svgElement('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }),
        svgElement('text', { x: MARGIN.left - 10, y: at + 4, 'text-anchor': 'end' }, formatKl(value)),
      ];
    }),
    ...x.ticks.map((value) =>
      svgElement('text', { x: x.place(value), y: bottom + 19, 'text-anchor': 'middle' }, formatNumber(value)),
    ),
  ];
}

/** A linear axis with round ticks, with some room at both ends. */
function axisOf(values: readonly number[], from: number, to: number): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.1 || 1;
  const [start, end] = [Math.max(0, low - room), high + room];
  const step = roundStep((end - start) / 5);
  const first = Math.ceil(start / step);
  const ticks = Array.from({ length: Math.floor(end / step) - first + 1 }, (_, i) => (first + i) * step);
  return { ticks, place: (value) => from + ((value - start) / (end - start)) * (to - from) };
}

/** The round number next above: 1, 2 or 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}
