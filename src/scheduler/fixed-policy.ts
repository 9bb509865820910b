import type { PrecisionPolicy } from './precision-policy.ts';

/** Every request at one rung, or as near to it as its range lets it, whatever the load. */
export function createFixedPolicy(rung: number): PrecisionPolicy {
  return () =>
    ({ floor, ceiling }) =>
      Math.max(floor, Math.min(ceiling, rung));
}
