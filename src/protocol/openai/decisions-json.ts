import type { Decision, Ladder, RequestDecisions } from '../../core/index.ts';

/** The list that `/v1/requests/{id}/decisions` answers with. An extension: the OpenAI API has nothing like it. */
export function decisionsJson(callId: string, found: readonly RequestDecisions[], ladder: Ladder) {
  return {
    object: 'list',
    request_id: callId,
    data: found.map(({ id, tier, ttftMs, tpotMs, decisions, omitted }) => ({
      id,
      object: 'request.decisions',
      service_tier: tier,
      targets: { ttft_ms: targetMs(ttftMs), tpot_ms: targetMs(tpotMs) },
      decisions: decisions.map((decision) => decisionJson(decision, ladder)),
      omitted,
    })),
  };
}

function decisionJson(decision: Decision, ladder: Ladder) {
  const { action, admitted, rung, fromMs, untilMs, steps, tokens, reason } = decision;
  return {
    action,
    admitted,
    precision: rung === null ? null : (ladder[rung]?.id ?? null),
    from_ms: roundMs(fromMs),
    until_ms: roundMs(untilMs),
    steps,
    tokens,
    reason,
  };
}

/** Null for none. */
function targetMs(ms: number): number | null {
  return Number.isFinite(ms) ? roundMs(ms) : null;
}

/** Microseconds are finer than anything that decides. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
