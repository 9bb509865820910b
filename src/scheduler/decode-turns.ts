import { type PacedRequest, strictestPaceMs, turnAtMs } from './decode-pace.ts';

/**
 * Who decodes in this step. Everyone, while a step with everyone keeps the strictest pace. When it does not
 * (`togetherMs` exceeds `allowedMs`), those whose next token can wait for another step sit this one out; so a request
 * of relaxed pace does not slow a strict one down more often than its own target asks.
 *
 * Progress is guaranteed: the one whose turn comes first always decodes, and a pause is no longer than `turnAtMs` says
 * and a step.
 */
export function decodeTurns(
  paced: readonly PacedRequest[],
  nowMs: number,
  togetherMs: number,
  allowedMs: number,
): readonly PacedRequest[] {
  if (togetherMs <= allowedMs) return paced;
  // Whoever sits out gets its token after this step and the next one's decoding.
  const until = nowMs + togetherMs + Math.max(togetherMs, strictestPaceMs(paced));
  const earliest = Math.min(...paced.map(turnAtMs));
  return paced.filter((row) => {
    const turn = turnAtMs(row);
    return turn <= until || turn === earliest;
  });
}
