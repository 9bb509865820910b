import type { GrammarBuilder } from '../automaton/grammar-builder.ts';
import { type Decimal, decimalOf, scaled } from './decimal.ts';

export interface MagnitudeBound {
  /** Its sign is passed over. */
  readonly value: Decimal;
  readonly exclusive: boolean;
}

export interface MagnitudeTerms {
  readonly integer: boolean;
  readonly low: MagnitudeBound | null;
  readonly high: MagnitudeBound | null;
  readonly factors: readonly number[];
}

/** A number without end would be one that a model gets lost in. */
const MAX_INTEGER_DIGITS = 60;
const MAX_FRACTION_DIGITS = 20;
const ZERO = 0x30;
const POINT = 0x2e;

/** How the digits so far compare with a bound's at the same places: −1 below, 0 equal, 1 above. */
type Order = -1 | 0 | 1;

interface Reading {
  /** Digits before the point. */
  readonly digits: number;
  /** Digits behind it; −1 before the point. */
  readonly places: number;
  readonly low: Order;
  readonly high: Order;
  /** The digits so far as one number, modulo each factor. */
  readonly rests: readonly number[];
  /** The first digit is 0, so no other may follow before the point. */
  readonly zero: boolean;
  /** The newest character is the point. */
  readonly open: boolean;
}

/** A factor times 10^places, an integer. */
interface ScaledFactor {
  readonly modulus: number;
  readonly places: number;
}

/**
 * Decimal numbers without sign of these terms lead from `from` to `to`: `0` or digits that do not begin with 0, then a
 * fraction unless `integer`. A deterministic automaton that reads digits and keeps how they compare with each bound and
 * what they leave modulo each factor.
 */
export function magnitudeTexts(
  builder: GrammarBuilder,
  terms: MagnitudeTerms,
  from: number,
  to: number,
): void {
  const factors = terms.factors.map(scaledFactor);
  const start: Reading = {
    digits: 0,
    places: -1,
    low: 0,
    high: 0,
    rests: factors.map(() => 0),
    zero: false,
    open: false,
  };
  const states = new Map<string, number>([[keyOf(start), from]]);
  const readings = [start];
  const stateOf = (reading: Reading): number => {
    const key = keyOf(reading);
    let state = states.get(key);
    if (state === undefined) {
      state = builder.state();
      states.set(key, state);
      readings.push(reading);
      if (mayEnd(reading, terms, factors)) builder.jump(state, to);
    }
    return state;
  };
  for (let i = 0; i < readings.length; i++) {
    const reading = readings[i] as Reading;
    const state = stateOf(reading);
    for (let digit = 0; digit <= 9; digit++) {
      const next = readDigit(reading, digit, terms, factors);
      if (next !== null) builder.byte(state, ZERO + digit, ZERO + digit, stateOf(next));
    }
    const behindPoint = readPoint(reading, terms, factors);
    if (behindPoint !== null) builder.byte(state, POINT, POINT, stateOf(behindPoint));
  }
}

function keyOf({ digits, places, low, high, rests, zero, open }: Reading): string {
  return `${digits} ${places} ${low} ${high} ${zero} ${open} ${rests.join(' ')}`;
}

function scaledFactor(factor: number): ScaledFactor {
  const decimal = decimalOf(factor);
  return { modulus: Number(scaled(decimal, decimal.fraction.length)), places: decimal.fraction.length };
}

function readDigit(
  reading: Reading,
  digit: number,
  { low, high }: MagnitudeTerms,
  factors: readonly ScaledFactor[],
): Reading | null {
  const { digits, places } = reading;
  const rests = reading.rests.map((rest, i) => (rest * 10 + digit) % (factors[i]?.modulus ?? 1));
  if (places >= 0) {
    const most = Math.min(MAX_FRACTION_DIGITS, ...factors.map((factor) => factor.places));
    if (places >= most) return null;
    const at = (bound: MagnitudeBound | null): string => bound?.value.fraction[places] ?? '0';
    const next = {
      ...reading,
      places: places + 1,
      low: compared(reading.low, digit, at(low)),
      high: compared(reading.high, digit, at(high)),
      rests,
      open: false,
    };
    return high !== null && next.high > 0 ? null : settled(next, low, high);
  }
  if (reading.zero || digits >= MAX_INTEGER_DIGITS) return null;
  const at = (bound: MagnitudeBound | null): string | undefined => bound?.value.integer[digits];
  if (high !== null && digits >= high.value.integer.length) return null;
  const next = {
    ...reading,
    digits: digits + 1,
    zero: digits === 0 && digit === 0,
    // More digits than the bound has make a larger number, whatever they are.
    low: low !== null && at(low) === undefined ? 1 : compared(reading.low, digit, at(low) ?? '0'),
    high: compared(reading.high, digit, at(high) ?? '0'),
    rests,
  } as const;
  return settled(next, low, high);
}

/** Bounds that are not there compare alike, so that states do not differ for nothing. */
function settled(reading: Reading, low: MagnitudeBound | null, high: MagnitudeBound | null): Reading {
  return { ...reading, low: low === null ? 0 : reading.low, high: high === null ? 0 : reading.high };
}

function compared(before: Order, digit: number, of: string): Order {
  return before !== 0 ? before : (Math.sign(digit - Number(of)) as Order);
}

function readPoint(
  reading: Reading,
  { integer, low, high }: MagnitudeTerms,
  factors: readonly ScaledFactor[],
): Reading | null {
  const hasPlaces = factors.every(({ places }) => places > 0);
  if (integer || !hasPlaces || reading.digits === 0 || reading.places >= 0) return null;
  const next = {
    ...reading,
    ...wholeOrders(reading, low, high),
    places: 0,
    digits: 0,
    zero: false,
    open: true,
  };
  return high !== null && next.high > 0 ? null : next;
}

/** Comparison of the digits before the point as numbers: fewer digits are less. */
function wholeOrders(
  reading: Reading,
  low: MagnitudeBound | null,
  high: MagnitudeBound | null,
): Pick<Reading, 'low' | 'high'> {
  const order = (bound: MagnitudeBound | null, soFar: Order): Order => {
    if (bound === null) return 0;
    return reading.digits < bound.value.integer.length ? -1 : soFar;
  };
  return { low: order(low, reading.low), high: order(high, reading.high) };
}

function mayEnd(reading: Reading, { low, high }: MagnitudeTerms, factors: readonly ScaledFactor[]): boolean {
  if (reading.open || (reading.digits === 0 && reading.places < 0)) return false;
  const orders = reading.places < 0 ? wholeOrders(reading, low, high) : reading;
  const places = Math.max(reading.places, 0);
  const final = (bound: MagnitudeBound, order: Order): Order =>
    order === 0 && bound.value.fraction.length > places ? -1 : order;
  if (low !== null) {
    const order = final(low, orders.low);
    if (order < 0 || (order === 0 && low.exclusive)) return false;
  }
  if (high !== null) {
    const order = final(high, orders.high);
    if (order > 0 || (order === 0 && high.exclusive)) return false;
  }
  return reading.rests.every((rest, i) => {
    const { modulus, places: most } = factors[i] ?? { modulus: 1, places: 0 };
    return (BigInt(rest) * 10n ** BigInt(most - places)) % BigInt(modulus) === 0n;
  });
}
