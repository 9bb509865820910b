import { type ServiceLevel, type ServiceTier, scaledToTier, tierTargets } from '../core/index.ts';
import { type UnloadedMachine, unloadedTimes } from '../scheduler/index.ts';

/** Targets of the default tier that are given and not derived; null where they are. */
export interface TargetOverrides {
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
}

/** What a request of this tier and prompt may expect of this machine: as the server has it, but for what is given. */
export function serviceLevel(
  tier: ServiceTier,
  promptTokens: number,
  machine: UnloadedMachine,
  { ttftMs, tpotMs }: TargetOverrides,
): ServiceLevel {
  const level = tierTargets(tier, unloadedTimes(promptTokens, machine));
  return {
    ...level,
    ttftMs: ttftMs === null ? level.ttftMs : scaledToTier(tier, ttftMs),
    tpotMs: tpotMs === null ? level.tpotMs : scaledToTier(tier, tpotMs),
  };
}
