import { type Ladder, QueptError } from '../core/index.ts';
import type { BatchPolicy } from './batch-policy.ts';
import { createCeilingPolicy } from './ceiling-policy.ts';
import { createDeadlinePolicy, type DeadlineOptions } from './deadline-policy.ts';
import { firstComePolicy } from './first-come-policy.ts';
import { createFixedPolicy } from './fixed-policy.ts';
import { createLoadThresholdPolicy, type LoadThresholdOptions } from './load-threshold-policy.ts';
import type { PrecisionPolicy } from './precision-policy.ts';
import { createSloPolicy, type SloOptions } from './slo-policy.ts';

export interface FixedOptions {
  /** Id of the config that everyone runs at, as far as ranges let them; each at its own ceiling where left out. */
  readonly config?: string;
  /** Without `config`: as `createCeilingPolicy`. */
  readonly promote?: boolean;
}

/** Precision policies by the name that configuration and simulator use. Each throws `invalid_config` on its options. */
export const POLICIES = {
  fixed: createFixed,
  'load-threshold': (_ladder: Ladder, options: LoadThresholdOptions = {}) =>
    createLoadThresholdPolicy(options),
  slo: (_ladder: Ladder, options: SloOptions = {}) => createSloPolicy(options),
} as const satisfies Record<string, (ladder: Ladder, options?: never) => PrecisionPolicy>;

export type PolicyName = keyof typeof POLICIES;
export const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[];

/** Batch policies by name. */
export const BATCH_POLICIES = {
  'first-come': () => firstComePolicy,
  deadline: (options: DeadlineOptions = {}) => createDeadlinePolicy(options),
} as const satisfies Record<string, (options?: never) => BatchPolicy>;

export type BatchPolicyName = keyof typeof BATCH_POLICIES;

function createFixed(ladder: Ladder, { config, promote = false }: FixedOptions = {}): PrecisionPolicy {
  if (config === undefined) return createCeilingPolicy({ promote });
  const rung = ladder.findIndex(({ id }) => id === config);
  if (rung >= 0) return createFixedPolicy(rung);
  const ids = ladder.map(({ id }) => id).join(', ');
  throw new QueptError('invalid_config', `The ladder has no config '${config}': name one of ${ids}.`);
}
