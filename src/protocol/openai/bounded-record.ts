import { z } from 'zod';

/**
 * A record of at most `max` entries. Their number is checked before any of them is, for the reason that arrays' length
 * is (`boundedArray`). `noun` names the entries in the complaint.
 */
export function boundedRecord<Value extends z.ZodType>(
  key: z.ZodString,
  value: Value,
  max: number,
  noun: string,
) {
  return z
    .record(z.string(), z.unknown())
    .refine((entries) => Object.keys(entries).length <= max, `must have at most ${max} ${noun}.`)
    .pipe(z.record(key, value))
    .meta({ maxProperties: max });
}
