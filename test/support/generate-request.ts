import { type GenerateRequest, NO_OWNER } from '../../src/core/index.ts';

/** A request that asks for nothing in particular, but for `changes`. */
export function generateRequest(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    id: 'request',
    callId: 'call',
    owner: NO_OWNER,
    model: null,
    prompt: { kind: 'text', text: 'a' },
    sampling: {},
    maxTokens: 4,
    stop: [],
    precision: { kind: 'auto' },
    service: { tier: null, ttftMs: null, tpotMs: null, timeoutMs: null },
    ...changes,
  };
}
