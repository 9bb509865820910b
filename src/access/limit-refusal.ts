import { QueptError } from '../core/index.ts';
import type { ApiKey } from './api-key.ts';
import type { LimitClaim, LimitName } from './limit-store.ts';

const UNKNOWN_WAIT_MS = 1_000;

/** A claim that waiting does not help: it is larger than a limit by itself. */
export function impossibleRefusal(limit: LimitName, { limits, tokens, generations }: LimitClaim): QueptError {
  const asked =
    limit === 'concurrency'
      ? `makes ${generations} answers at once, and this API key may have ${limits.concurrency}. Ask for fewer choices, or send fewer prompts in one request.`
      : `may use ${tokens} tokens (the prompt and the longest answer), and this API key may use ${limit === 'tokens' ? `${limits.tokensPerMinute} a minute` : `${limits.tokensPerDay} a day`}. Shorten the prompt, or allow a shorter answer only.`;
  return new QueptError('insufficient_quota', `This request ${asked}`);
}

/** A claim that there is no room for now. */
export function limitRefusal(limit: LimitName, key: ApiKey, retryAfterMs: number | null): QueptError {
  const { limits } = key;
  const waitMs = retryAfterMs ?? UNKNOWN_WAIT_MS;
  switch (limit) {
    case 'daily_tokens':
      return new QueptError(
        'insufficient_quota',
        `This API key has used the ${limits.tokensPerDay} tokens that it may use in 24 hours. There will be room for this request in ${Math.ceil(waitMs / 60_000)} min.`,
      );
    case 'requests':
      return tooMuch(`${limits.requestsPerMinute} requests a minute`, waitMs);
    case 'tokens':
      return tooMuch(`${limits.tokensPerMinute} tokens a minute`, waitMs);
    case 'concurrency':
      return tooMuch(`${limits.concurrency} answers in the making at once`, waitMs);
    default:
      return limit satisfies never;
  }
}

function tooMuch(limit: string, retryAfterMs: number): QueptError {
  const message = `This API key is at its limit of ${limit}. Try again in ${Math.ceil(retryAfterMs / 100) / 10} s.`;
  return new QueptError('rate_limit_exceeded', message, { retryAfterMs });
}
