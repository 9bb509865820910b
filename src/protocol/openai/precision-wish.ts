import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Ladder, type PrecisionWish, QueptError, resolvePrecision } from '../../core/index.ts';
import { validationError } from './validation-error.ts';

const bits = z.number().gt(0).max(64).nullish();
const rangeSchema = z.object({ precision: z.strictObject({ min_bits: bits, max_bits: bits }) });

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

/** A wish and where it was said, for messages: "'precision'", say. */
export interface SourcedWish {
  readonly source: string;
  readonly wish: PrecisionWish;
}

/**
 * The one wish behind all sources of an HTTP request.
 *
 * Throws QueptError `invalid_request` (param `precision`) on a word that means nothing or fits no rung,
 * and on sources that disagree.
 */
export function parsePrecisionWish(sources: PrecisionSources, ladder: Ladder): PrecisionWish {
  const wishes: SourcedWish[] = [];
  if (sources.body != null) wishes.push({ source: "'precision'", wish: parseValue(sources.body, ladder) });
  if (sources.header !== null) {
    wishes.push({ source: "the 'x-precision' header", wish: parsePrecisionWord(sources.header, ladder) });
  }
  if (sources.alias !== null) {
    wishes.push({ source: "the '@' of 'model'", wish: { kind: 'config', id: sources.alias } });
  }
  return agreedWish(wishes, ladder);
}

/** The one wish behind several, which may differ in words. Throws QueptError `invalid_request` where they disagree. */
export function agreedWish(wishes: readonly SourcedWish[], ladder: Ladder): PrecisionWish {
  const [first, ...others] = wishes;
  if (first === undefined) return { kind: 'auto' };
  // Rungs are compared and not words: 4 and `q4` may well mean the same.
  const granted = resolvePrecision(ladder, first.wish);
  const other = others.find(({ wish }) => !isDeepStrictEqual(resolvePrecision(ladder, wish), granted));
  if (other !== undefined) {
    const message = `${first.source} and ${other.source} ask for different precisions. Give only one.`;
    throw invalid(message.charAt(0).toUpperCase() + message.slice(1));
  }
  return first.wish;
}

function parseValue(value: unknown, ladder: Ladder): PrecisionWish {
  if (typeof value === 'string') return parsePrecisionWord(value, ladder);
  if (typeof value === 'number') return { kind: 'bits', bits: value };
  if (typeof value === 'object' && !Array.isArray(value)) return parseRangeObject(value);
  throw notUnderstood();
}

/**
 * A number, an id, `auto`, `q4..q8` (ids or bits, either end may be left out) or the range object as JSON.
 *
 * Throws QueptError `invalid_request` (param `precision`) for anything else.
 */
export function parsePrecisionWord(text: string, ladder: Ladder): PrecisionWish {
  const word = text.trim();
  if (word.startsWith('{')) return parseRangeObject(parseJson(word));
  // An id that looks like something else is still an id.
  if (ladder.some((config) => config.id === word)) return { kind: 'config', id: word };
  if (word === 'auto') return { kind: 'auto' };
  if (NUMBER.test(word)) return { kind: 'bits', bits: Number(word) };
  const ends = word.split('..');
  if (ends.length === 2) return parseRangeWord(ends[0] ?? '', ends[1] ?? '', ladder);
  if (/^[\w.-]{1,64}$/.test(word)) return { kind: 'config', id: word };
  throw notUnderstood();
}

function parseRangeWord(from: string, to: string, ladder: Ladder): PrecisionWish {
  const minBits = bitsOf(from, ladder);
  const maxBits = bitsOf(to, ladder);
  return range(minBits, maxBits);
}

function bitsOf(end: string, ladder: Ladder): number | null {
  if (end === '') return null;
  const config = ladder.find((candidate) => candidate.id === end);
  if (config !== undefined) return config.averageBits;
  if (NUMBER.test(end)) return Number(end);
  const ids = ladder.map((candidate) => candidate.id).join(', ');
  throw invalid(`'precision' names an unknown config in its range. This model serves ${ids}.`);
}

/** `{ min_bits, max_bits }`; throws like `parsePrecisionWord`. */
export function parseRangeObject(value: unknown): PrecisionWish {
  const body = { precision: value };
  const parsed = rangeSchema.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  return range(parsed.data.precision.min_bits ?? null, parsed.data.precision.max_bits ?? null);
}

function range(minBits: number | null, maxBits: number | null): PrecisionWish {
  if (minBits === null && maxBits === null)
    throw invalid("'precision' needs 'min_bits', 'max_bits' or both.");
  if (minBits !== null && maxBits !== null && minBits > maxBits) {
    throw invalid("'precision' has a lower end above its upper end.");
  }
  return { kind: 'range', minBits, maxBits };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood();
  }
}

function notUnderstood(): QueptError {
  return invalid(
    "'precision' must be 'auto', a number of bits, a config id, a range such as 'q4..q8', or " +
      "{ 'min_bits', 'max_bits' }.",
  );
}

function invalid(message: string): QueptError {
  return new QueptError('invalid_request', message, { param: 'precision' });
}
