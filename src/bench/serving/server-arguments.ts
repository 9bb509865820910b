import type { Ladder } from '../../core/index.ts';
import type { ServingOptions } from './serving-options.ts';

/** More than any run has requests: decisions are looked up when it is over. */
const DECISIONS_KEPT = '100000';

/** The longest that a tier can be given: what requests ask for is tighter. */
const NO_TARGET_MS = 3_600_000;

/** How `quept serve` is started for a policy of the bench. */
export function serverArguments(
  policy: string,
  { model, slots, threads, tiers, prefillChunk, serverTargets }: ServingOptions,
  ladder: Ladder,
): string[] {
  const lowest = policy === 'fixed-lowest';
  const own = serverTargets ? {} : { default: { ttftMs: NO_TARGET_MS, tpotMs: NO_TARGET_MS } };
  const given = JSON.parse(tiers ?? JSON.stringify(own)) as Record<string, object>;
  const limited = lowest
    ? { ...given, default: { ...given.default, maxBits: ladder[0]?.averageBits } }
    : given;
  return [
    ...(model === null ? [] : ['--model', model]),
    '--policy',
    policy.startsWith('fixed') ? 'fixed' : policy,
    '--slots',
    String(slots),
    '--prefill-chunk',
    String(prefillChunk),
    ...(threads === null ? [] : ['--threads', String(threads)]),
    '--tiers',
    JSON.stringify(limited),
    '--decision-log',
    DECISIONS_KEPT,
  ];
}
