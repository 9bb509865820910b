import { describe, expect, it } from 'vitest';
import {
  type FinishReason,
  QueptError,
  reportPrecision,
  type TraceContext,
} from '../../../src/core/index.ts';
import { GenerationTrace } from '../../../src/gateway/generation-trace.ts';
import { FAKE_LADDER, FAKE_MODEL } from '../../support/fake-inference-service.ts';
import { generateRequest } from '../../support/generate-request.ts';
import { RecordingTracer } from '../../support/recording-tracer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { engineRequest } from './engine-request.ts';

const CALL: TraceContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: null };
const RANGE = { floor: 1, ceiling: 2, pinned: false };

function traced(trace: TraceContext | null = CALL) {
  const clock = new VirtualClock();
  const tracer = new RecordingTracer();
  const request = generateRequest({ id: 'chatcmpl-1', model: 'tiny', ...(trace !== null && { trace }) });
  const generation = new GenerationTrace(tracer, clock, request, FAKE_MODEL);
  const rungs: number[] = [];
  return {
    tracer,
    generation,
    pass: (ms: number) => clock.advance(ms),
    submit: () => generation.submitted(request, engineRequest('1'), RANGE),
    phases: (queueMs: number) =>
      generation.phases({ requestId: '1', tier: 'default', queueMs, prefillMs: null, decodeMs: null }),
    token(rung = 2) {
      rungs.push(rung);
      generation.observe({ type: 'token', requestId: '1', tokenId: 1, text: 'secret', rung });
    },
    finish(reason: FinishReason = 'stop') {
      const usage = { promptTokens: 7, completionTokens: rungs.length, cachedTokens: 3 };
      const precision = reportPrecision(FAKE_LADDER, rungs);
      generation.observe({ type: 'finished', requestId: '1', reason, text: 'secret', usage, precision });
    },
    /** Name, parent, start and end of each span, in order of their start. */
    told: () =>
      tracer.spans.map(({ name, parent, startMs, ended }) => [name, parent?.spanId, startMs, ended?.endMs]),
  };
}

describe('the trace of a request', () => {
  it('tells what its time went to', () => {
    const { tracer, generation, pass, submit, phases, token, finish, told } = traced();
    pass(5);
    generation.tokenized(7);
    pass(1);
    submit();
    pass(60);
    token();
    pass(10);
    token(1);
    pass(3);
    phases(40);
    finish();
    const root = tracer.spans[0];
    const [outer, inner] = [CALL.spanId, root?.context.spanId];
    expect(told()).toEqual([
      ['text_completion tiny', outer, 0, 79],
      ['tokenization', inner, 0, 5],
      ['queue', inner, 6, 46],
      ['prefill', inner, 46, 66],
      ['decode', inner, 66, 76],
    ]);
    expect(tracer.spans.every(({ context }) => context.traceId === CALL.traceId)).toBe(true);
    expect(root?.attributes).toMatchObject({
      'gen_ai.operation.name': 'text_completion',
      'gen_ai.provider.name': 'quept',
      'gen_ai.request.model': 'tiny',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 7,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.usage.cache_read.input_tokens': 3,
      'quept.tier': 'default',
      'quept.precision.granted': 'q4..q8',
      'quept.precision.average_bits': 6,
      'quept.precision.switches': 1,
      'quept.precision.configs': ['q4', 'q8'],
    });
    expect(root?.ended).not.toHaveProperty('errorType');
    expect(JSON.stringify(tracer.spans)).not.toContain('secret');
  });

  it('of one that is refused ends with the code, and with nothing that its client wrote', () => {
    const { tracer, generation, pass } = traced();
    pass(2);
    generation.refused(new QueptError('overloaded', 'secret'));
    expect(tracer.spans).toHaveLength(1);
    expect(tracer.spans[0]?.ended).toEqual({ endMs: 2, errorType: 'overloaded' });
    expect(JSON.stringify(tracer.spans)).not.toContain('secret');
  });

  it('of one that was cancelled in the queue has no prefill, in the prompt one up to its end', () => {
    const waiting = traced();
    waiting.submit();
    waiting.pass(30);
    waiting.phases(30);
    waiting.finish('cancelled');
    expect(waiting.told().map(([name]) => name)).toEqual(['text_completion tiny', 'queue']);
    expect(waiting.tracer.spans[0]?.attributes['gen_ai.response.finish_reasons']).toEqual(['cancelled']);
    expect(waiting.tracer.spans[0]?.ended).not.toHaveProperty('errorType');
    const begun = traced();
    begun.submit();
    begun.pass(30);
    begun.phases(10);
    begun.finish('cancelled');
    expect(
      begun
        .told()
        .slice(1)
        .map(([name, , start, end]) => [name, start, end]),
    ).toEqual([
      ['queue', 0, 10],
      ['prefill', 10, 30],
    ]);
  });

  it('of one whose engine died ends with the code, and says of phases what is known', () => {
    const { tracer, generation, submit, pass, token, told } = traced();
    submit();
    pass(10);
    token();
    pass(5);
    generation.observe({ type: 'failed', requestId: '1', code: 'engine_unavailable', message: 'secret' });
    expect(told().map(([name]) => name)).toEqual(['text_completion tiny', 'decode']);
    expect(tracer.spans[0]?.ended).toEqual({ endMs: 15, errorType: 'engine_unavailable' });
  });

  it('is none where the call is not traced, or not sampled', () => {
    for (const trace of [null, { ...CALL, sampled: false }]) {
      const { tracer, generation, submit, token, finish } = traced(trace);
      generation.tokenized(1);
      submit();
      token();
      finish();
      expect(tracer.spans).toEqual([]);
    }
  });
});
