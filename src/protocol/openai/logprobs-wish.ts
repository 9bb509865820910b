import { type LogprobsWish, QueptError } from '../../core/index.ts';

/** Most of the likeliest tokens that are told at a position. */
export const MAX_TOP_LOGPROBS = 20;

/** What `logprobs` and `top_logprobs` of a chat come to; null for nothing. */
export function chatLogprobsWish(
  logprobs: boolean | null | undefined,
  top: number | null | undefined,
): LogprobsWish | null {
  if (logprobs === true) return { top: top ?? 0, prompt: false };
  if (top != null && top > 0) {
    throw new QueptError('invalid_request', "'top_logprobs' is only allowed when 'logprobs' is true.", {
      param: 'top_logprobs',
    });
  }
  return null;
}
