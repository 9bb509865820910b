import type { PrecisionPolicy } from './precision-policy.ts';
import type { RequestView } from './scheduling-view.ts';

/**
 * Every request at its ceiling. With `promote`, requests that decode are moved inside their ranges so that they form
 * as few groups of equal precision as their ranges allow, each at the highest rung of those groups that it admits;
 * a pinned request (floor = ceiling) stays where it is. A prefill chunk shares no batch and stays at its ceiling.
 */
export function createCeilingPolicy(options: { readonly promote: boolean }): PrecisionPolicy {
  if (!options.promote) return () => ceilingOf;
  return (view) => {
    const rungs = fewestRungs(view.running.filter((request) => request.promptLeft === 0));
    return (request) =>
      request.promptLeft > 0
        ? request.ceiling
        : (rungs.findLast((rung) => rung >= request.floor && rung <= request.ceiling) ?? request.ceiling);
  };
}

function ceilingOf(request: RequestView): number {
  return request.ceiling;
}

/**
 * The smallest set of rungs that meets every range, ascending. Taking ranges by ascending ceiling, the first one not
 * yet met can be met no later than at its ceiling, and no other choice meets more of those that follow.
 */
function fewestRungs(requests: readonly RequestView[]): number[] {
  const rungs: number[] = [];
  for (const request of requests.toSorted((a, b) => a.ceiling - b.ceiling)) {
    const highest = rungs.at(-1);
    if (highest === undefined || highest < request.floor) rungs.push(request.ceiling);
  }
  return rungs;
}
