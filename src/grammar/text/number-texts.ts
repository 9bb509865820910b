import type { GrammarBuilder } from '../automaton/grammar-builder.ts';
import { decimalOf } from './decimal.ts';
import { type MagnitudeBound, magnitudeTexts } from './magnitude-texts.ts';

/** What a number must be. */
export interface NumberTerms {
  readonly integer: boolean;
  readonly min: number | null;
  readonly exclusiveMin: boolean;
  readonly max: number | null;
  readonly exclusiveMax: boolean;
  /** Positive factors, of each of which it is a multiple. */
  readonly factors: readonly number[];
}

/** Up to 1.8e308, the largest number that JSON readers know. */
const EXPONENTS = [
  [[1, 9]],
  [
    [1, 9],
    [0, 9],
  ],
  [
    [1, 2],
    [0, 9],
    [0, 9],
  ],
  [
    [3, 3],
    [0, 0],
    [0, 7],
  ],
] as const;
const MAX_MANTISSA_DIGITS = 20;

/**
 * Numbers of these terms, as JSON spells them, lead from `from` to `to`. Integers have no fraction; an exponent is
 * allowed where there are no terms at all. There is no negative zero.
 */
export function numberTexts(builder: GrammarBuilder, terms: NumberTerms, from: number, to: number): void {
  const { min, max, integer, factors } = terms;
  const low = bound(min, terms.exclusiveMin);
  const high = bound(max, terms.exclusiveMax);
  const shared = { integer, factors };
  if (max === null || max >= 0) {
    magnitudeTexts(builder, { ...shared, low: min !== null && min >= 0 ? low : null, high }, from, to);
  }
  if (min !== null && min >= 0) return;
  const minus = builder.state();
  builder.byte(from, MINUS, MINUS, minus);
  const nearest = max !== null && max < 0 ? high : { value: decimalOf(0), exclusive: true };
  magnitudeTexts(builder, { ...shared, low: nearest, high: low }, minus, to);
  if (!integer && factors.length === 0 && min === null && max === null) {
    scientificTexts(builder, from, to);
    scientificTexts(builder, minus, to);
  }
}

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;

function bound(value: number | null, exclusive: boolean): MagnitudeBound | null {
  return value === null ? null : { value: decimalOf(value), exclusive };
}

/** d.ddde±dd */
function scientificTexts(builder: GrammarBuilder, from: number, to: number): void {
  const digit = (state: number, low: number, high: number, next: number): void =>
    builder.byte(state, ZERO + low, ZERO + high, next);
  const exponent = builder.state();
  const first = builder.state();
  digit(from, 1, 9, first);
  let state = builder.state();
  builder.byte(first, POINT, POINT, state);
  for (let i = 0; i < MAX_MANTISSA_DIGITS; i++) {
    const next = builder.state();
    digit(state, 0, 9, next);
    builder.jump(next, exponent);
    state = next;
  }
  builder.jump(first, exponent);
  const sign = builder.state();
  const digits = builder.state();
  for (const e of [0x45, 0x65]) builder.byte(exponent, e, e, sign);
  for (const mark of [MINUS, PLUS]) builder.byte(sign, mark, mark, digits);
  builder.jump(sign, digits);
  for (const places of EXPONENTS) {
    let place = digits;
    for (const [i, [low, high]] of places.entries()) {
      const next = i === places.length - 1 ? to : builder.state();
      digit(place, low, high, next);
      place = next;
    }
  }
}
