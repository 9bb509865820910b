import type { SwitchData, Tier } from './dashboard-data.ts';
import { TIERS } from './dashboard-data.ts';
import type { ShownSecond } from './live-window.ts';

/** One value per second shown; null where there is none. */
export type Series = (number | null)[];

/** Single seconds jump; what is shown of each is taken over it and some before. */
const SMOOTH_SECONDS = 4;
/** First tokens are few, and a share of them needs some. */
const FIRST_TOKEN_SECONDS = 10;
/** First tokens slower than this share are left out. */
const MOST = 0.95;
const BINS_PER_OCTAVE = 8;

/** Tokens per second by rung. */
export function tokenRates(seconds: readonly ShownSecond[], rungs: number): Series[] {
  const counts = seconds.map((second) => tokensByRung(second, rungs));
  return Array.from({ length: rungs }, (_, rung) =>
    trailing(counts, SMOOTH_SECONDS, (window) => mean(window.map((each) => each[rung] ?? 0))),
  );
}

/** Average bits of a tier's tokens. */
export function averageBits(
  seconds: readonly ShownSecond[],
  bits: readonly number[],
  tiers: readonly Tier[],
): Series {
  return trailing(seconds, SMOOTH_SECONDS, (window) => {
    const counts = bits.map((_, rung) =>
      sum(window.flatMap((second) => tiers.map((tier) => second?.tokens[tier]?.[rung] ?? 0))),
    );
    const tokens = sum(counts);
    return tokens === 0 ? null : sum(counts.map((count, rung) => count * (bits[rung] ?? 0))) / tokens;
  });
}

/** The time, milliseconds, within which most first tokens of a tier came. */
export function firstTokenTimes(seconds: readonly ShownSecond[], tier: Tier): Series {
  return trailing(seconds, FIRST_TOKEN_SECONDS, (window) =>
    quantile(
      window.flatMap((second) => second?.first_tokens[tier]?.bins ?? []),
      MOST,
    ),
  );
}

/** Time per token of a tier, milliseconds. */
export function paces(seconds: readonly ShownSecond[], tier: Tier): Series {
  return trailing(seconds, SMOOTH_SECONDS, (window) => {
    const told = window.flatMap((second) => second?.pace[tier] ?? []);
    const tokens = sum(told.map((pace) => pace.tokens));
    return tokens === 0 ? null : sum(told.map((pace) => pace.tokens * pace.mean_ms)) / tokens;
  });
}

/** Mean of the targets of what `firstTokenTimes` or `paces` shows. */
export function targetTimes(
  seconds: readonly ShownSecond[],
  tier: Tier,
  of: 'first_tokens' | 'pace',
): Series {
  return trailing(seconds, of === 'pace' ? SMOOTH_SECONDS : FIRST_TOKEN_SECONDS, (window) => {
    const targets = window.flatMap((second) => second?.[of][tier]?.target_ms ?? []);
    return targets.length === 0 ? null : mean(targets);
  });
}

/** A state that lasts until another one is told, `before` until the first is. */
export function states(
  seconds: readonly ShownSecond[],
  of: 'running' | 'waiting' | 'kv_usage',
  before: ShownSecond,
): Series {
  let known = before?.[of] ?? 0;
  return seconds.map((second) => {
    known = second?.[of] ?? known;
    return known;
  });
}

/** Tokens per pass of decoding: how many answers a pass carries on. */
export function batchSizes(seconds: readonly ShownSecond[]): Series {
  return trailing(seconds, SMOOTH_SECONDS, (window) => {
    const passes = sum(window.map((second) => second?.passes.decode.count ?? 0));
    const tokens = sum(window.flatMap((second) => TIERS.map((tier) => second?.pace[tier]?.tokens ?? 0)));
    return passes === 0 ? null : tokens / passes;
  });
}

/** Switches in each second by reason. */
export function switchCounts(seconds: readonly ShownSecond[], reason: string): Series {
  return seconds.map((second) =>
    sum((second?.switches ?? []).filter((each) => each.reason === reason).map(({ count }) => count)),
  );
}

/** All switches of a kind in the time shown, the most frequent first. */
export function totalSwitches(seconds: readonly ShownSecond[]): SwitchData[] {
  const totals = new Map<string, SwitchData>();
  for (const { from, to, reason, count } of seconds.flatMap((second) => second?.switches ?? [])) {
    const key = `${from} ${to} ${reason}`;
    totals.set(key, { from, to, reason, count: count + (totals.get(key)?.count ?? 0) });
  }
  return [...totals.values()].sort((a, b) => b.count - a.count);
}

/** Tokens of all tiers in the time shown, by rung. */
export function totalTokens(seconds: readonly ShownSecond[], rungs: number): number[] {
  const counts = seconds.map((second) => tokensByRung(second, rungs));
  return Array.from({ length: rungs }, (_, rung) => sum(counts.map((each) => each[rung] ?? 0)));
}

/** Share of the requests judged in the time shown that met all of their targets; null where none was. */
export function shareOnTime(seconds: readonly ShownSecond[]): number | null {
  const judged = seconds.flatMap((second) => TIERS.flatMap((tier) => second?.targets[tier] ?? []));
  const all = sum(judged.map((each) => each.judged));
  return all === 0 ? null : sum(judged.map(({ met }) => met)) / all;
}

/** Requests in the time shown by how they ended. */
export function totalEnded(seconds: readonly ShownSecond[]) {
  const of = (what: 'finished' | 'cancelled' | 'failed' | 'refused') =>
    sum(seconds.map((second) => second?.ended[what] ?? 0));
  return {
    finished: of('finished'),
    cancelled: of('cancelled'),
    failed: of('failed'),
    refused: of('refused'),
  };
}

/** The value below which a share of the binned times lies, milliseconds; null for no times. */
export function quantile(
  bins: readonly (readonly [bin: number, count: number])[],
  share: number,
): number | null {
  const sorted = [...bins].sort(([a], [b]) => a - b);
  let left = Math.ceil(share * sum(sorted.map(([, count]) => count)));
  for (const [bin, count] of sorted) {
    left -= count;
    if (left <= 0) return 2 ** (bin / BINS_PER_OCTAVE);
  }
  return null;
}

function tokensByRung(second: ShownSecond, rungs: number): number[] {
  return Array.from({ length: rungs }, (_, rung) =>
    sum(TIERS.map((tier) => second?.tokens[tier]?.[rung] ?? 0)),
  );
}

function trailing<T>(
  values: readonly T[],
  length: number,
  of: (window: readonly T[]) => number | null,
): Series {
  return values.map((_, i) => of(values.slice(Math.max(0, i - length + 1), i + 1)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
