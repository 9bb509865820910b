import { type Ladder, QueptError } from '../core/index.ts';
import {
  BATCH_POLICIES,
  type BatchPolicy,
  type BatchPolicyName,
  POLICIES,
  POLICY_NAMES,
  type PrecisionPolicy,
} from '../scheduler/index.ts';

/** What decides in a simulation. */
export interface NamedPolicy {
  readonly name: string;
  readonly precisionPolicy: PrecisionPolicy;
  readonly batchPolicy: BatchPolicy;
}

/** Names that `resolvePolicy` knows: the scheduler's own, and `fixed` at a number of bits. */
export const SIMULATED_POLICIES: readonly string[] = [...POLICY_NAMES, 'fixed-BITS'];

/**
 * The precision policy of this name, with its own defaults, beside a batch policy. `fixed-8` runs everything at the
 * highest rung of at most 8 bits.
 *
 * @param option the flag, for messages
 * Throws QueptError `invalid_usage`.
 */
export function resolvePolicy(
  name: string,
  ladder: Ladder,
  batching: BatchPolicyName,
  option: string,
): NamedPolicy {
  const batchPolicy = BATCH_POLICIES[batching]();
  const bits = /^fixed-(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (bits !== undefined) {
    const rung = ladder.findLastIndex((config) => config.averageBits <= Number(bits));
    if (rung >= 0) return { name, precisionPolicy: fixedAt(ladder, rung), batchPolicy };
    const lowest = ladder[0]?.averageBits ?? 0;
    throw new QueptError(
      'invalid_usage',
      `${option}: ${name} is below the lowest rung, which has ${lowest} bits.`,
    );
  }
  const known = POLICY_NAMES.find((each) => each === name);
  if (known !== undefined) return { name, precisionPolicy: POLICIES[known](ladder), batchPolicy };
  throw new QueptError('invalid_usage', `${option}: '${name}' is none of ${SIMULATED_POLICIES.join(', ')}.`);
}

/** Everything at the highest rung: what capacity is measured with. */
export function topRungPolicy(ladder: Ladder, batching: BatchPolicyName): NamedPolicy {
  const top = ladder.length - 1;
  return {
    name: `all at ${ladder[top]?.id}`,
    precisionPolicy: fixedAt(ladder, top),
    batchPolicy: BATCH_POLICIES[batching](),
  };
}

function fixedAt(ladder: Ladder, rung: number): PrecisionPolicy {
  const config = ladder[rung]?.id;
  if (config === undefined) throw new RangeError(`The ladder has no rung ${rung}.`);
  return POLICIES.fixed(ladder, { config });
}
