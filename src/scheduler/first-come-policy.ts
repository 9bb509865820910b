import type { BatchPolicy } from './batch-policy.ts';
import { requestsPastDeadline } from './deadline.ts';
import { decodeGroups } from './decode-groups.ts';

/**
 * First come, first served. Free slots go to the longest waiting; every request that decodes gets a token in every
 * step; beside them runs one chunk of the oldest unfinished prompt, so that neither a long prompt stalls the others'
 * tokens nor their number stalls a prompt.
 */
export const firstComePolicy: BatchPolicy = (view, rungOf) => {
  const expire = requestsPastDeadline(view);
  const running = view.running.filter(({ id }) => !expire.has(id));
  const waiting = view.waiting.filter(({ id }) => !expire.has(id));
  const admitted = waiting.slice(0, view.freeSlots);
  const next = running.find((request) => request.promptLeft > 0) ?? admitted[0];
  return {
    expire: [...expire],
    admit: admitted.map((request) => request.id),
    decode: decodeGroups(
      running.filter((request) => request.promptLeft === 0),
      rungOf,
      view.limits.maxBatch,
    ),
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
