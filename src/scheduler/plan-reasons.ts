import type { SlotExchange } from './preemption.ts';
import type { PromptOrder } from './prompt-order.ts';
import type { RequestView } from './scheduling-view.ts';

/** Why a plan does with requests what it does, by id. */
export function planReasons(
  { onTime, overdue, late }: PromptOrder,
  sitOut: readonly RequestView[],
  exchange: SlotExchange | null,
): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  onTime.forEach(({ id }, i) => {
    reasons.set(id, `on time, number ${i + 1} by due time`);
  });
  for (const { id } of overdue) reasons.set(id, 'overdue: has been overtaken for long enough');
  for (const { id } of late) reasons.set(id, 'late, or sure to be: behind those on time');
  for (const { id } of sitOut) reasons.set(id, 'sits out a step that is too full');
  if (exchange === null) return reasons;
  const { from, to } = exchange;
  if (late.includes(from) || overdue.includes(from)) {
    reasons.set(from.id, 'late: gives its slot to a request that can be on time');
    reasons.set(to.id, 'gets the slot of one that is late');
  } else {
    reasons.set(from.id, 'gives its slot to a request of a higher tier that would be late without it');
    reasons.set(to.id, 'gets the slot of a lower tier, since it would be late without one');
  }
  return reasons;
}
