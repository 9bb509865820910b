import type { BatchPolicy, PrefillChunk } from './batch-policy.ts';
import { requestsPastDeadline } from './deadline.ts';
import { decodeGroups } from './decode-groups.ts';
import { type DecodeRow, decodeLoadMs, keepableTargetMs, strictestPaceMs } from './decode-pace.ts';
import type { RungOf } from './precision-policy.ts';
import { contextTokens } from './predicted-time.ts';
import { wantedChunkTokens } from './prefill-chunk.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/**
 * First come, first served. Free slots go to the longest waiting; every request that decodes gets a token in every
 * step; beside them runs one chunk of the oldest unfinished prompt, so that neither a long prompt stalls the others'
 * tokens nor their number stalls a prompt. The chunk is as long as those who decode bear by what steps are predicted to
 * take (`wantedChunkTokens`): beside decoding that is as slow as their targets allow, half of the time is a prompt's.
 */
export const firstComePolicy: BatchPolicy = (view, rungOf) => {
  const expire = requestsPastDeadline(view);
  const running = view.running.filter(({ id }) => !expire.has(id));
  const waiting = view.waiting.filter(({ id }) => !expire.has(id));
  const admitted = waiting.slice(0, view.freeSlots);
  const next = running.find((request) => request.promptLeft > 0) ?? admitted[0];
  const decoding = running.filter((request) => request.promptLeft === 0);
  return {
    expire: [...expire],
    admit: admitted.map((request) => request.id),
    decode: decodeGroups(decoding, rungOf, view.limits.maxBatch),
    prefill: next === undefined ? null : chunkOf(view, next, decoding, rungOf),
  };
};

function chunkOf(
  view: SchedulingView,
  prompt: RequestView,
  decoding: readonly RequestView[],
  rungOf: RungOf,
): PrefillChunk {
  const rows = decoding.map(
    (request): DecodeRow => ({
      rung: rungOf(request),
      context: contextTokens(request),
      paceMs: Number.POSITIVE_INFINITY,
    }),
  );
  const paceMs = strictestPaceMs(decoding.map((request) => ({ paceMs: keepableTargetMs(view, request) })));
  const rung = rungOf(prompt);
  const tokens = wantedChunkTokens(view, prompt, rung, decodeLoadMs(view, rows), paceMs);
  return { id: prompt.id, rung, tokens };
}
