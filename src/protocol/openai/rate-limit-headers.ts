import type { RateLimits } from '../../core/index.ts';

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, of the limits that there are. */
export function rateLimitHeaders(limits: RateLimits | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['requests', 'tokens'] as const) {
    const allowance = limits?.[name];
    if (allowance == null) continue;
    headers[`x-ratelimit-limit-${name}`] = String(allowance.limit);
    headers[`x-ratelimit-remaining-${name}`] = String(allowance.remaining);
    headers[`x-ratelimit-reset-${name}`] = goDuration(allowance.resetMs);
  }
  return headers;
}

/** A duration as Go writes it: `0s`, `250ms`, `1.5s`, `6m0s`. */
export function goDuration(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms));
  if (whole > 0 && whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = `${(whole % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
