import type { BatchPolicy, DecodeGroup } from './batch-policy.ts';
import type { RungOf } from './precision-policy.ts';
import type { SchedulingView } from './scheduling-view.ts';

/**
 * First come, first served. Free slots go to the longest waiting; every request that decodes gets a token in every
 * step; beside them runs one chunk of the oldest unfinished prompt, so that neither a long prompt stalls the others'
 * tokens nor their number stalls a prompt.
 */
export const firstComePolicy: BatchPolicy = (view, rungOf) => {
  const admitted = view.waiting.slice(0, view.freeSlots);
  const next = view.running.find((request) => request.promptLeft > 0) ?? admitted[0];
  return {
    admit: admitted.map((request) => request.id),
    decode: decodeGroups(view, rungOf),
    prefill:
      next === undefined
        ? null
        : {
            id: next.id,
            rung: rungOf(next),
            tokens: Math.min(next.promptLeft, view.limits.prefillChunk),
          },
  };
};

/** Requests that decode, by rung (lowest first, which is also the quickest to answer), in batches of `maxBatch`. */
function decodeGroups(view: SchedulingView, rungOf: RungOf): DecodeGroup[] {
  const byRung = new Map<number, string[]>();
  for (const request of view.running) {
    if (request.promptLeft > 0) continue;
    const rung = rungOf(request);
    const ids = byRung.get(rung);
    if (ids === undefined) byRung.set(rung, [request.id]);
    else ids.push(request.id);
  }
  const groups: DecodeGroup[] = [];
  for (const [rung, ids] of [...byRung].sort(([a], [b]) => a - b)) {
    for (let start = 0; start < ids.length; start += view.limits.maxBatch) {
      groups.push({ rung, ids: ids.slice(start, start + view.limits.maxBatch) });
    }
  }
  return groups;
}
