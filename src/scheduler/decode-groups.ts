import type { DecodeGroup } from './batch-policy.ts';
import type { RungOf } from './precision-policy.ts';
import type { RequestView } from './scheduling-view.ts';

/** Requests that decode, by rung (lowest first, which is also the quickest to answer), in batches of `maxBatch`. */
export function decodeGroups(
  requests: readonly RequestView[],
  rungOf: RungOf,
  maxBatch: number,
): DecodeGroup[] {
  const byRung = new Map<number, string[]>();
  for (const request of requests) {
    const rung = rungOf(request);
    const ids = byRung.get(rung);
    if (ids === undefined) byRung.set(rung, [request.id]);
    else ids.push(request.id);
  }
  const groups: DecodeGroup[] = [];
  for (const [rung, ids] of [...byRung].sort(([a], [b]) => a - b)) {
    for (let start = 0; start < ids.length; start += maxBatch) {
      groups.push({ rung, ids: ids.slice(start, start + maxBatch) });
    }
  }
  return groups;
}
