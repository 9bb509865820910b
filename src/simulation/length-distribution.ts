import { QueptError } from '../core/index.ts';
import type { RandomStream } from './random-stream.ts';

/** How many tokens a request has. */
export type LengthDistribution =
  | { readonly kind: 'constant'; readonly tokens: number }
  /** Every whole number from `from` to `to` is as likely. */
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  /** exp(ln median + sigma·z), z normal. */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number };

/**
 * `256`: always so many. `32..512`: uniform. `256~0.8`: log-normal of this median and sigma.
 *
 * @param option the flag, for messages
 * Throws QueptError `invalid_usage`.
 */
export function parseLengthDistribution(text: string, option: string): LengthDistribution {
  const constant = /^\d{1,7}$/.exec(text);
  const uniform = /^(\d{1,7})\.\.(\d{1,7})$/.exec(text);
  const lognormal = /^(\d{1,7})~(\d{1,2}(?:\.\d+)?)$/.exec(text);
  const [first, second] = (uniform ?? lognormal ?? constant ?? [])
    .slice(uniform || lognormal ? 1 : 0)
    .map(Number);
  if (first !== undefined && first >= 1) {
    if (constant) return { kind: 'constant', tokens: first };
    if (uniform && second !== undefined && second >= first)
      return { kind: 'uniform', from: first, to: second };
    if (lognormal && second !== undefined) return { kind: 'lognormal', median: first, sigma: second };
  }
  throw new QueptError(
    'invalid_usage',
    `${option}: '${text}' is no length. Give tokens (256), a range (32..512), or median and sigma (256~0.8).`,
  );
}

/** A length of at least 1. */
export function drawLength(distribution: LengthDistribution, random: RandomStream): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.tokens;
    case 'uniform':
      return distribution.from + Math.floor(random.uniform() * (distribution.to - distribution.from + 1));
    case 'lognormal':
      return Math.max(1, Math.round(distribution.median * Math.exp(distribution.sigma * random.gaussian())));
    default:
      return distribution satisfies never;
  }
}
