import { isRecord } from './keyword-reader.ts';

/** Levels that the values of a schema may nest. */
export const MAX_VALUE_DEPTH = 64;

/** A text that is equal for equal JSON values, whatever the order of keys. Throws RangeError for one that nests too deep. */
export function canonicalText(value: unknown, depth = 0): string {
  if (depth > MAX_VALUE_DEPTH) throw new RangeError('A value nests too deep.');
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, depth + 1)).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key], depth + 1)}`);
  return `{${entries.join(',')}}`;
}
