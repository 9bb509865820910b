import { scaleLinear, scaleLog } from 'd3-scale';
import type { ScaleKind } from './chart.ts';

export interface AxisTick {
  readonly position: number;
  /** Empty for a minor grid line. */
  readonly label: string;
}

/** From values to pixels along one direction. */
export interface AxisScale {
  /** Of a value that the axis can show. */
  position(value: number): number;
  readonly ticks: readonly AxisTick[];
}

interface AxisSpace {
  /** Where the axis starts and ends, pixels; descending for one that points up. */
  readonly range: readonly [number, number];
  /** Pixels that a tick's label needs along the axis, distance included. */
  readonly labelExtent: (label: string) => number;
}

/** A little room beyond the outermost values, as a share of their span. */
const MARGIN = 0.07;
const LEAST_SHARE = 1e-9;
const LEAST_MARGIN = 1e-9;
const MOST_TICKS = 9;
/** Beyond this many decades the lines between them are a blur. */
const MINOR_DECADES = 4;

/**
 * An axis over `values`, with as many labelled ticks as fit.
 *
 * @param values what it must show, each showable on its kind; none gives an axis of that kind all the same
 */
export function createAxisScale(kind: ScaleKind, values: readonly number[], space: AxisSpace): AxisScale {
  return kind === 'log' ? logScale(values, space) : linearScale(values, space);
}

function linearScale(values: readonly number[], space: AxisSpace): AxisScale {
  const [low, high] = extent(values, [0, 1]);
  const span = high > low ? high - low : Math.abs(high);
  // Spans that vanish beside their values, or as such, have no round numbers in between.
  const margin = Math.max(MARGIN * span, LEAST_SHARE * Math.max(Math.abs(low), Math.abs(high)), LEAST_MARGIN);
  const scale = scaleLinear([low - margin, high + margin], space.range);
  return { position: scale, ticks: linearTicks(scale.domain(), scale, space) };
}

function logScale(values: readonly number[], space: AxisSpace): AxisScale {
  const [low, high] = extent(values, [1, 10]);
  const factor = high > low ? (high / low) ** MARGIN : 1.5;
  const domain: [number, number] = [low / factor, high * factor];
  const scale = scaleLog(domain, space.range);
  const candidates = labelledValues(domain);
  const fitting = candidates.find((list) => list.length <= MOST_TICKS && fits(list, logLabels, scale, space));
  const wide = domain[1] / domain[0] > 10;
  if (fitting === undefined || (fitting.length < 3 && !wide)) {
    return { position: scale, ticks: linearTicks(domain, scale, space) };
  }
  const labels = logLabels(fitting);
  const minor = Math.log10(domain[1] / domain[0]) <= MINOR_DECADES ? multiples(domain, DIGITS) : [];
  return {
    position: scale,
    ticks: [
      ...minor
        .filter((value) => !fitting.includes(value))
        .map((value) => ({ position: scale(value), label: '' })),
      ...fitting.map((value, i) => ({ position: scale(value), label: labels[i] ?? '' })),
    ],
  };
}

function extent(values: readonly number[], otherwise: [number, number]): [number, number] {
  if (values.length === 0) return otherwise;
  // No spread into Math.min: a curve may have more points than a call may have arguments.
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
}

function linearTicks(
  domain: readonly number[],
  position: (value: number) => number,
  space: AxisSpace,
): AxisTick[] {
  const round = scaleLinear(domain, space.range);
  for (let count = MOST_TICKS; count >= 1; count--) {
    const values = round.ticks(count);
    const labelsOf = (list: readonly number[]) => list.map(round.tickFormat(count));
    if (!fits(values, labelsOf, position, space)) continue;
    const labels = labelsOf(values);
    return values.map((value, i) => ({ position: position(value), label: labels[i] ?? '' }));
  }
  return [];
}

/** Whether each label keeps clear of the next. */
function fits(
  values: readonly number[],
  labelsOf: (values: readonly number[]) => string[],
  position: (value: number) => number,
  { labelExtent }: AxisSpace,
): boolean {
  const extents = labelsOf(values).map(labelExtent);
  return values.every((value, i) => {
    const next = values[i + 1];
    if (next === undefined) return true;
    const room = Math.abs(position(next) - position(value));
    return room >= ((extents[i] ?? 0) + (extents[i + 1] ?? 0)) / 2;
  });
}

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Round values within a domain of several orders of magnitude, from many to few. */
function labelledValues(domain: readonly [number, number]): number[][] {
  const decades = multiples(domain, [1]);
  return [
    ...[DIGITS, [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]].map((digits) => multiples(domain, digits)),
    ...[2, 3, 5, 10, 20, 50, 100].map((step) =>
      decades.filter((value) => Math.round(Math.log10(value)) % step === 0),
    ),
  ].filter((list) => list.length > 1);
}

/** digit·10ⁿ within the domain, ascending. */
function multiples([low, high]: readonly [number, number], digits: readonly number[]): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    // Parsed rather than multiplied: 3 * 10 ** -4 is not the number nearest to 0.0003.
    values.push(...digits.map((digit) => Number(`${digit}e${power}`)));
  }
  return values.filter((value) => value >= low && value <= high);
}

/** One notation for all: plain where that is short, else with an exponent. */
function logLabels(values: readonly number[]): string[] {
  const plain = values.every((value) => value >= 1e-4 && value < 1e6);
  return values.map((value) =>
    plain || value === 1 ? String(value) : value.toExponential().replace('+', ''),
  );
}
