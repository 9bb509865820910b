import { z } from 'zod';
import { QueptError } from '../../core/index.ts';

/** Tokens of an answer whose prompt may be repeated before it. */
export const ANSWER_LIMIT = z.int().min(0).nullish();

/**
 * An answer of no tokens is for those who want their prompt back, scored.
 *
 * Throws QueptError `invalid_request` (param `max_tokens`) for one without `echo`.
 */
export function requireAnswer(maxTokens: number | null | undefined, echo: boolean): void {
  if (maxTokens !== 0 || echo) return;
  throw new QueptError('invalid_request', "'max_tokens' must be at least 1. Only with 'echo' it may be 0.", {
    param: 'max_tokens',
  });
}
