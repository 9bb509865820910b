import { type Ladder, QueptError } from '../core/index.ts';
import {
  type BatchPolicy,
  createCeilingPolicy,
  firstComePolicy,
  type PrecisionPolicy,
} from '../scheduler/index.ts';

/** What decides in a simulation. */
export interface NamedPolicy {
  readonly name: string;
  readonly precisionPolicy: PrecisionPolicy;
  readonly batchPolicy: BatchPolicy;
}

/** Policies by name, beside `fixed-BITS`. */
const POLICIES: Readonly<Record<string, () => Omit<NamedPolicy, 'name'>>> = {
  ceiling: () => ({
    precisionPolicy: createCeilingPolicy({ promote: false }),
    batchPolicy: firstComePolicy,
  }),
};

/** Names that `resolvePolicy` knows. */
export const POLICY_NAMES: readonly string[] = [...Object.keys(POLICIES), 'fixed-BITS'];

/**
 * The policy of this name. `fixed-8` runs everything at the highest rung of at most 8 bits.
 *
 * @param option the flag, for messages
 * Throws QueptError `invalid_usage`.
 */
export function resolvePolicy(name: string, ladder: Ladder, option: string): NamedPolicy {
  const bits = /^fixed-(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (bits !== undefined) return { name, ...fixedPolicy(Number(bits), name, ladder, option) };
  const create = Object.hasOwn(POLICIES, name) ? POLICIES[name] : undefined;
  if (create !== undefined) return { name, ...create() };
  throw new QueptError('invalid_usage', `${option}: '${name}' is none of ${POLICY_NAMES.join(', ')}.`);
}

/** Everything at the highest rung: what capacity is measured with. */
export function topRungPolicy(ladder: Ladder): NamedPolicy {
  const top = ladder.length - 1;
  return {
    name: `all at ${ladder[top]?.id}`,
    precisionPolicy: () => () => top,
    batchPolicy: firstComePolicy,
  };
}

function fixedPolicy(bits: number, name: string, ladder: Ladder, option: string): Omit<NamedPolicy, 'name'> {
  const rung = ladder.findLastIndex((config) => config.averageBits <= bits);
  if (rung >= 0) return { precisionPolicy: () => () => rung, batchPolicy: firstComePolicy };
  throw new QueptError(
    'invalid_usage',
    `${option}: ${name} is below the lowest rung, which has ${ladder[0]?.averageBits ?? 0} bits.`,
  );
}
