import type { LiveSecond, ServiceTier } from '../../core/index.ts';

/** One second of `/dashboard/data`. */
export function liveSecondJson(second: LiveSecond): object {
  const { at, running, waiting, kvUsage, promptTokens, tokens, passes, switches, ended } = second;
  return {
    at,
    running,
    waiting,
    kv_usage: rounded(kvUsage),
    prompt_tokens: promptTokens,
    tokens: byTier(tokens, (counts) => counts),
    first_tokens: byTier(second.firstTokens, ({ count, bins, targetMs }) => ({
      count,
      bins: [...bins].sort(([a], [b]) => a - b),
      target_ms: rounded(targetMs),
    })),
    pace: byTier(second.pace, (pace) => ({
      tokens: pace.tokens,
      mean_ms: rounded(pace.meanMs),
      target_ms: rounded(pace.targetMs),
    })),
    passes: {
      prefill: { count: passes.prefill.count, seconds: rounded(passes.prefill.seconds) },
      decode: { count: passes.decode.count, seconds: rounded(passes.decode.seconds) },
    },
    switches,
    targets: byTier(second.targets, (targets) => targets),
    ended,
  };
}

function byTier<T>(
  values: ReadonlyMap<ServiceTier, T>,
  of: (value: T) => unknown,
): Partial<Record<ServiceTier, unknown>> {
  return Object.fromEntries([...values].map(([tier, value]) => [tier, of(value)]));
}

/** To a thousandth: more digits say nothing to anyone who looks on. */
function rounded<T extends number | null>(value: T): T | number {
  return value === null ? value : Math.round(value * 1000) / 1000;
}
