import { defaultTargets, type ServiceLevel, type ServiceTier, TIER_TARGET_FACTOR } from '../core/index.ts';
import type { CostEstimator } from '../scheduler/index.ts';

export interface TargetContext {
  readonly cost: CostEstimator;
  /** The rung that targets are derived from: the best one. */
  readonly rung: number;
  /** Prompt tokens per batch. */
  readonly prefillChunk: number;
  readonly overrides: TargetOverrides;
}

/** Targets of the default tier that are given and not derived; null where they are. */
export interface TargetOverrides {
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
}

/**
 * What a request of this tier and prompt may expect of this machine:
 *
 *     TTFT <= f·(3·p + 200 ms),  TPOT <= f·2·d
 *
 * p is the time of its whole prompt, chunk by chunk, on an idle machine; d that of the first decode step after it,
 * alone; both at the best rung; `overrides` stand for 3·p + 200 ms and 2·d where they are given. f is 1 for the default tier, 1/2 for priority, 5 for flex; the weight is 1/f.
 */
export function serviceLevel(tier: ServiceTier, promptTokens: number, context: TargetContext): ServiceLevel {
  const { cost, rung, overrides } = context;
  const factor = TIER_TARGET_FACTOR[tier];
  const decode = {
    phase: 'decode',
    rung,
    rows: 1,
    tokens: 1,
    contextTokens: promptTokens,
    movedRows: 0,
  } as const;
  const targets = defaultTargets({
    prefillMs: prefillMs(promptTokens, context),
    stepMs: cost.stepMs(decode),
  });
  return {
    tier,
    ttftMs: factor * (overrides.ttftMs ?? targets.ttftMs),
    tpotMs: factor * (overrides.tpotMs ?? targets.tpotMs),
    weight: 1 / factor,
  };
}

/** The whole prompt on an idle machine. */
export function prefillMs(
  promptTokens: number,
  { cost, rung, prefillChunk }: Omit<TargetContext, 'overrides'>,
): number {
  let ms = 0;
  for (let done = 0; done < promptTokens; done += prefillChunk) {
    const tokens = Math.min(prefillChunk, promptTokens - done);
    ms += cost.stepMs({ phase: 'prefill', rung, rows: 1, tokens, contextTokens: done, movedRows: 0 });
  }
  return ms;
}
