import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  type Ladder,
  type PrecisionRange,
  type PrecisionWish,
  QueptError,
  resolvePrecision,
} from '../../core/index.ts';
import { validationError } from './validation-error.ts';

const bits = z.number().gt(0).max(64).nullish();
const rangeSchema = z.strictObject({ min_bits: bits, max_bits: bits });

/** What a body may say, as a JSON schema. Which words and numbers there are depends on the ladder. */
export const PRECISION_DOCUMENT = {
  description:
    'Extension. `auto`, a number of bits, the id of a config, a range such as `q4..q8`, or its ends. A number or an id pins: the answer is served at that config alone. `GET /v1/precision` lists the configs.',
  anyOf: [
    { type: 'string' },
    { type: 'number', exclusiveMinimum: 0 },
    {
      type: 'object',
      properties: {
        min_bits: { type: ['number', 'null'], exclusiveMinimum: 0, maximum: 64 },
        max_bits: { type: ['number', 'null'], exclusiveMinimum: 0, maximum: 64 },
      },
      additionalProperties: false,
    },
    { type: 'null' },
  ],
};
const NUMBER = /^\d+(\.\d+)?$/;

/** Where a request may say what precision it wants. Null or undefined says nothing. */
export interface PrecisionSources {
  /** `precision` of the body. */
  readonly body: unknown;
  /** The `x-precision` header. */
  readonly header: string | null;
  /** Config id of the model alias `name@config`. */
  readonly alias: string | null;
}

/** Where a wish is said, as errors name it. */
export interface WishPlace {
  readonly param: string;
  /** In a sentence, and at the beginning of one. */
  readonly name: string;
}

export interface PlacedWish {
  readonly place: WishPlace;
  readonly wish: PrecisionWish;
}

const BODY: WishPlace = { param: 'precision', name: "'precision'" };
const HEADER: WishPlace = { param: 'x-precision', name: "the header 'x-precision'" };
export const MODEL_ALIAS: WishPlace = { param: 'model', name: "the '@' of 'model'" };

/**
 * The one wish behind all sources of an HTTP request.
 *
 * Throws QueptError `invalid_request` (param `precision`, or the header) on a word that means nothing or fits no rung,
 * and on sources that disagree.
 */
export function parsePrecisionWish(sources: PrecisionSources, ladder: Ladder): PrecisionWish {
  const { body, header, alias } = sources;
  const wishes: PlacedWish[] = [];
  if (body != null) wishes.push({ place: BODY, wish: parseValue(body, ladder) });
  if (header !== null) wishes.push({ place: HEADER, wish: parsePrecisionWord(header, ladder, HEADER) });
  if (alias !== null) wishes.push({ place: MODEL_ALIAS, wish: { kind: 'config', id: alias } });
  return agreedWish(wishes, ladder);
}

/** What the client gave to ask for a precision, as errors name it. */
export function precisionParam({ body, header, alias }: PrecisionSources): string {
  if (body != null) return BODY.param;
  if (header !== null) return HEADER.param;
  return alias === null ? BODY.param : MODEL_ALIAS.param;
}

/** The one wish behind several, which may differ in words. Throws QueptError `invalid_request` where they disagree. */
export function agreedWish(wishes: readonly PlacedWish[], ladder: Ladder): PrecisionWish {
  const [first, ...others] = wishes;
  if (first === undefined) return { kind: 'auto' };
  // Rungs are compared and not words: 4 and `q4` may well mean the same.
  const granted = rungsOf(first, ladder);
  const other = others.find((wish) => !isDeepStrictEqual(rungsOf(wish, ladder), granted));
  if (other === undefined) return first.wish;
  throw invalid(first.place, `and ${other.place.name} ask for different precisions. Give only one.`);
}

function rungsOf({ place, wish }: PlacedWish, ladder: Ladder): PrecisionRange {
  try {
    return resolvePrecision(ladder, wish);
  } catch (error) {
    throw error instanceof QueptError ? error.at(place.param) : error;
  }
}

function parseValue(value: unknown, ladder: Ladder): PrecisionWish {
  if (typeof value === 'string') return parsePrecisionWord(value, ladder, BODY);
  if (typeof value === 'number') return { kind: 'bits', bits: value };
  if (typeof value === 'object' && !Array.isArray(value)) return parseRangeObject(value, BODY);
  throw notUnderstood(BODY);
}

/**
 * A number, an id, `auto`, `q4..q8` (ids or bits, either end may be left out) or the range object as JSON.
 *
 * Throws QueptError `invalid_request` naming `place` for anything else.
 */
export function parsePrecisionWord(text: string, ladder: Ladder, place: WishPlace): PrecisionWish {
  const word = text.trim();
  if (word.startsWith('{')) return parseRangeObject(parseJson(word, place), place);
  // An id that looks like something else is still an id.
  if (ladder.some((config) => config.id === word)) return { kind: 'config', id: word };
  if (word === 'auto') return { kind: 'auto' };
  if (NUMBER.test(word)) return { kind: 'bits', bits: Number(word) };
  const ends = word.split('..');
  if (ends.length === 2) {
    return range(bitsOf(ends[0] ?? '', ladder, place), bitsOf(ends[1] ?? '', ladder, place), place);
  }
  if (/^[\w.-]{1,64}$/.test(word)) return { kind: 'config', id: word };
  throw notUnderstood(place);
}

function bitsOf(end: string, ladder: Ladder, place: WishPlace): number | null {
  if (end === '') return null;
  const config = ladder.find((candidate) => candidate.id === end);
  if (config !== undefined) return config.averageBits;
  if (NUMBER.test(end)) return Number(end);
  const ids = ladder.map((candidate) => candidate.id).join(', ');
  throw invalid(place, `names an unknown config in its range. This model serves ${ids}.`);
}

/** `{ min_bits, max_bits }`; throws like `parsePrecisionWord`. */
export function parseRangeObject(value: unknown, place: WishPlace): PrecisionWish {
  const body = { [place.param]: value };
  const parsed = z.object({ [place.param]: rangeSchema }).safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const { min_bits, max_bits } = parsed.data[place.param] ?? {};
  return range(min_bits ?? null, max_bits ?? null, place);
}

function range(minBits: number | null, maxBits: number | null, place: WishPlace): PrecisionWish {
  if (minBits === null && maxBits === null) throw invalid(place, "needs 'min_bits', 'max_bits' or both.");
  if (minBits !== null && maxBits !== null && minBits > maxBits) {
    throw invalid(place, 'has a lower end above its upper end.');
  }
  return { kind: 'range', minBits, maxBits };
}

function parseJson(text: string, place: WishPlace): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood(place);
  }
}

function notUnderstood(place: WishPlace): QueptError {
  return invalid(
    place,
    "must be 'auto', a number of bits, a config id, a range such as 'q4..q8', or " +
      "{ 'min_bits', 'max_bits' }.",
  );
}

function invalid({ name, param }: WishPlace, what: string): QueptError {
  const message = `${name.charAt(0).toUpperCase()}${name.slice(1)} ${what}`;
  return new QueptError('invalid_request', message, { param });
}
