import type { ServiceLevel, ServiceTier } from './service-level.ts';

/** What a request takes alone on the machine, at its highest rung, milliseconds. */
export interface UnloadedTimes {
  /** Its whole prompt. */
  readonly prefillMs: number;
  /** The decode step that follows. */
  readonly stepMs: number;
}

/** Targets of a tier as multiples of the default tier's. */
const TARGET_FACTOR: Readonly<Record<ServiceTier, number>> = { priority: 0.5, default: 1, flex: 5 };
/** How much a missed target counts. Tiers come one after the other anyway: this is for weighing requests within one. */
const WEIGHT: Readonly<Record<ServiceTier, number>> = { priority: 4, default: 1, flex: 0.25 };

const PREFILLS = 3;
const TTFT_ALLOWANCE_MS = 200;
const STEPS = 2;
/**
 * Nobody reads a hundred tokens a second. Without it, a model whose step takes a millisecond would give quality up
 * for a speed that nobody notices, and its targets would be missed by the least disturbance of the machine.
 */
const LEAST_TPOT_MS = 10;

/**
 * What a request may expect of a tier where nobody has set anything else, f the tier's factor:
 *
 *     TTFT <= f · (3 · prefill + 200 ms),  TPOT <= f · max(2 · step, 10 ms)
 *
 * The times are those of the request's own prompt, so that a long prompt may take longer to its first token.
 */
export function tierTargets(tier: ServiceTier, { prefillMs, stepMs }: UnloadedTimes): ServiceLevel {
  const factor = TARGET_FACTOR[tier];
  return {
    tier,
    ttftMs: factor * (PREFILLS * prefillMs + TTFT_ALLOWANCE_MS),
    tpotMs: factor * Math.max(STEPS * stepMs, LEAST_TPOT_MS),
    weight: WEIGHT[tier],
  };
}

/** A target of a tier by the default tier's. */
export function scaledToTier(tier: ServiceTier, defaultMs: number): number {
  return TARGET_FACTOR[tier] * defaultMs;
}
