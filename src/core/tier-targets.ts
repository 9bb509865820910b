import type { ServiceTier } from './service-level.ts';

/** Targets of a tier as multiples of the default tier's. */
export const TIER_TARGET_FACTOR: Readonly<Record<ServiceTier, number>> = {
  priority: 0.5,
  default: 1,
  flex: 5,
};

const PREFILLS = 3;
const TTFT_ALLOWANCE_MS = 200;
const STEPS = 2;

/** The default tier's targets on a machine, milliseconds: three unloaded prefills and 200 ms; two unloaded steps. */
export function defaultTargets({
  prefillMs,
  stepMs,
}: {
  readonly prefillMs: number;
  readonly stepMs: number;
}) {
  return { ttftMs: PREFILLS * prefillMs + TTFT_ALLOWANCE_MS, tpotMs: STEPS * stepMs };
}
