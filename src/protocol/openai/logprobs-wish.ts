import { type LogprobsWish, QueptError } from '../../core/index.ts';

/** Most of the likeliest tokens that are told at a position. */
export const MAX_TOP_LOGPROBS = 20;

/**
 * The same of a prompt's tokens; the specification's own limit. Scores of a prompt come at once: of thousands of
 * tokens, with more of each, they would hold up everyone's streams while they are passed on and written.
 */
const MAX_TOP_OF_PROMPT = 5;

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

/**
 * What is wished of a continuation that may repeat its prompt. `field` says how many of the likeliest are told of.
 *
 * Throws QueptError `invalid_request` naming `field`.
 */
export function echoedLogprobsWish(top: number, echo: boolean, field: string): LogprobsWish {
  if (echo && top > MAX_TOP_OF_PROMPT) {
    throw new QueptError('invalid_request', `'${field}' must be at most ${MAX_TOP_OF_PROMPT} with 'echo'.`, {
      param: field,
    });
  }
  return { top, prompt: echo };
}
