import { SERVICE_TIERS } from '../core/index.ts';
import type { RequestView } from './scheduling-view.ts';
import type { RungRange } from './switch-limits.ts';

/** A request that decodes, and where it may. */
export interface DecodeCandidate extends RungRange {
  readonly request: RequestView;
}

/** Parts that a tier is degraded in: enough for fairness among owners, few enough to try them all. */
const PARTS = 4;

/**
 * Assignments of rungs, from everyone as high as may be to everyone as low as may be, each step by step worse than the
 * one before: first flex goes down, rung by rung to its floor, then default, then priority; and within a tier and rung
 * first those owners that have lost the fewest bits so far.
 *
 * Yields one array that it goes on changing, index by index as `candidates`.
 */
export function* degradations(candidates: readonly DecodeCandidate[]): Generator<number[]> {
  const rungs = candidates.map(({ high }) => high);
  yield rungs;
  for (const tier of SERVICE_TIERS.toReversed()) {
    const members = candidates.flatMap((candidate, index) =>
      candidate.request.level.tier === tier ? [{ ...candidate, index }] : [],
    );
    const top = Math.max(...members.map(({ high }) => high));
    const bottom = Math.min(...members.map(({ low }) => low));
    const parts = inParts(members);
    for (let cap = top - 1; cap >= bottom; cap--) {
      for (const part of parts) {
        let changed = false;
        for (const { index, low, high } of part) {
          const rung = Math.max(low, Math.min(high, cap));
          changed ||= rungs[index] !== rung;
          rungs[index] = rung;
        }
        if (changed) yield rungs;
      }
    }
  }
}

/** Members by owner, those with the fewest bits lost first, in `PARTS` parts at most. */
function inParts<T extends DecodeCandidate>(members: readonly T[]): T[][] {
  const byOwner = new Map<string, T[]>();
  for (const member of members) {
    const { owner } = member.request;
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), member]);
  }
  const owners = [...byOwner.values()].sort((a, b) => bitsLost(a) - bitsLost(b));
  const parts: T[][] = [];
  owners.forEach((owned, i) => {
    const part = Math.floor((i * Math.min(PARTS, owners.length)) / owners.length);
    parts[part] = [...(parts[part] ?? []), ...owned];
  });
  return parts;
}

function bitsLost([first]: readonly DecodeCandidate[]): number {
  return first?.request.account.bitsLost ?? 0;
}
