import { type BatchPolicy, firstComePolicy } from '../../src/scheduler/index.ts';

/**
 * First come, first served, but whenever `picks` says a number, the running request of that number gives its slot
 * back first.
 *
 * @param picks asked once a step; null for nobody
 */
export function preemptingPolicy(picks: () => number | null): BatchPolicy {
  return (view, rungOf) => {
    const pick = picks();
    const victim = pick === null ? undefined : view.running[pick % Math.max(1, view.running.length)];
    if (victim === undefined) return firstComePolicy(view, rungOf);
    const running = view.running.filter((request) => request !== victim);
    const plan = firstComePolicy({ ...view, running, freeSlots: view.freeSlots + 1 }, rungOf);
    return plan.expire.includes(victim.id) ? plan : { ...plan, preempt: [victim.id] };
  };
}
