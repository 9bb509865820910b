import { z } from 'zod';
import { boundedRecord } from './bounded-record.ts';

/** Tokens that may be biased in one request. */
const MAX_BIASED = 1_024;

/** `logit_bias`: token ids to what is added. */
export const logitBiasSchema = boundedRecord(
  z.string().regex(/^\d{1,9}$/, 'must be named by a token id.'),
  z.number().min(-100).max(100),
  MAX_BIASED,
  'tokens',
);

/** By token id; null for none. */
export function logitBiasOf(bias: Readonly<Record<string, number>>): ReadonlyMap<number, number> | null {
  const entries = Object.entries(bias).map(([id, value]) => [Number(id), value] as const);
  return entries.length === 0 ? null : new Map(entries);
}
