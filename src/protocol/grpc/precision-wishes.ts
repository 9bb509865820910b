import type { Ladder, PrecisionWish } from '../../core/index.ts';
import {
  agreedWish,
  MODEL_ALIAS,
  type PlacedWish,
  parsePrecisionWord,
  parseRangeObject,
  type WishPlace,
} from '../openai/precision-wish.ts';
import type { PrecisionWish as PrecisionWishMessage } from './gen/quept/v1/precision_pb.ts';

/** Where a call may say what precision it wants; undefined or null says nothing. */
export interface PrecisionSources {
  readonly message: PrecisionWishMessage | undefined;
  /** `x-precision`. */
  readonly metadata: string | null;
  /** Config id of the model alias `name@config`. */
  readonly alias: string | null;
}

const OPTION: WishPlace = { param: 'options.precision', name: "'options.precision'" };
const METADATA: WishPlace = { param: 'x-precision', name: "the metadata 'x-precision'" };

/**
 * The one wish behind all sources of a call.
 *
 * Throws QueptError `invalid_request` naming the field or metadata of one that fits no rung, and of sources that
 * disagree.
 */
export function callPrecision({ message, metadata, alias }: PrecisionSources, ladder: Ladder): PrecisionWish {
  const wishes: PlacedWish[] = [];
  const wish = message === undefined ? null : wishOf(message);
  if (wish !== null) wishes.push({ place: OPTION, wish });
  if (metadata !== null) {
    wishes.push({ place: METADATA, wish: parsePrecisionWord(metadata, ladder, METADATA) });
  }
  if (alias !== null) wishes.push({ place: MODEL_ALIAS, wish: { kind: 'config', id: alias } });
  return agreedWish(wishes, ladder);
}

/** Null for an empty wish. */
/** What the client gave to ask for a precision, as errors name it. */
export function callPrecisionParam({ message, metadata, alias }: PrecisionSources): string {
  if (message !== undefined && wishOf(message) !== null) return OPTION.param;
  if (metadata !== null) return METADATA.param;
  return alias === null ? OPTION.param : MODEL_ALIAS.param;
}

function wishOf({ wish }: PrecisionWishMessage): PrecisionWish | null {
  switch (wish.case) {
    case 'bits':
      return { kind: 'bits', bits: wish.value };
    case 'configId':
      return { kind: 'config', id: wish.value };
    case 'range':
      return parseRangeObject({ min_bits: wish.value.minBits, max_bits: wish.value.maxBits }, OPTION);
    case undefined:
      return null;
    default:
      return wish satisfies never;
  }
}
