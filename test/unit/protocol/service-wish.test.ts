import { describe, expect, it } from 'vitest';
import { parseChatRequest, parseCompletionRequest } from '../../../src/protocol/index.ts';
import { CONTEXT } from './parse-context.ts';

const BODY = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] };
const withTargets = (ttftMs: string | null, tpotMs: string | null) => ({
  ...CONTEXT,
  targetHeaders: { ttftMs, tpotMs },
});

describe('a service wish', () => {
  it.each([
    [undefined, null],
    [null, null],
    ['auto', null],
    ['default', 'default'],
    ['scale', 'default'],
    ['flex', 'flex'],
    ['priority', 'priority'],
    ['fast', 'priority'],
  ])('of service_tier %j is for the tier %j', (word, tier) => {
    const [request] = parseChatRequest({ ...BODY, service_tier: word }, CONTEXT).requests;
    expect(request?.service).toEqual({ tier, ttftMs: null, tpotMs: null, timeoutMs: null });
  });

  it('takes targets from headers, for both operations', () => {
    const service = { tier: 'flex', ttftMs: 250, tpotMs: 12.5, timeoutMs: null };
    const context = withTargets('250', ' 12.5 ');
    const [chat] = parseChatRequest({ ...BODY, service_tier: 'flex' }, context).requests;
    expect(chat?.service).toEqual(service);
    const body = { model: 'tiny', prompt: 'once', service_tier: 'flex' };
    expect(parseCompletionRequest(body, context).requests[0]?.service).toEqual(service);
  });

  it.each(['0', '-5', '', 'fast', '1e3', '3600001', 'NaN', '1,5'])('refuses the target %j', (text) => {
    for (const [context, param] of [
      [withTargets(text, null), 'x-slo-ttft-ms'],
      [withTargets(null, text), 'x-slo-tpot-ms'],
    ] as const) {
      expect(() => parseChatRequest(BODY, context)).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          param,
          message: expect.stringContaining(`'${param}'`),
        }),
      );
    }
  });

  it('refuses a tier that there is not', () => {
    expect(() => parseChatRequest({ ...BODY, service_tier: 'gold' }, CONTEXT)).toThrow(/service_tier/);
  });
});
