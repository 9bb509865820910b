import { SERVICE_TIERS } from '../core/index.ts';
import type { PromptOrder } from './prompt-order.ts';
import type { RequestView } from './scheduling-view.ts';

/**
 * Whose slot may go to a prompt that can still be on time: a late one's that has no token yet; of those the lowest
 * tier's, then the one with most left to do. Never that of the longest overdue, so that in the end everyone's turn
 * comes. It may happen to a request again and again, and what is computed twice is computed in time that nobody on
 * time could use. Null where there is none.
 */
export function dispensableHolder(
  { overdue, late }: PromptOrder,
  holders: ReadonlySet<RequestView>,
): RequestView | null {
  let found: RequestView | null = null;
  for (const prompt of [...overdue.slice(1), ...late]) {
    if (!holders.has(prompt) || prompt.firstTokenAtMs !== null) continue;
    if (found === null || moreDispensable(prompt, found)) found = prompt;
  }
  return found;
}

/** Whether `holder` gives its slot to `request`: one of no lower tier. */
export function yieldsTo(holder: RequestView | null, request: RequestView): boolean {
  return holder !== null && tierRank(holder) >= tierRank(request);
}

function moreDispensable(a: RequestView, b: RequestView): boolean {
  const tiers = tierRank(a) - tierRank(b);
  return tiers === 0 ? a.promptLeft > b.promptLeft : tiers > 0;
}

function tierRank({ level }: RequestView): number {
  return SERVICE_TIERS.indexOf(level.tier);
}
