import { describe, expect, it } from 'vitest';
import { type FinishReason, reportPrecision, type ServiceLevel } from '../../../src/core/index.ts';
import { RequestMeter } from '../../../src/gateway/request-meter.ts';
import { NO_METRICS, type ServingMetrics } from '../../../src/observability/index.ts';
import { FAKE_LADDER } from '../../support/fake-inference-service.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const LEVEL: ServiceLevel = { tier: 'flex', ttftMs: 100, tpotMs: 10, weight: 1 };

/** Every call of every metric, as a line. */
function metered() {
  const calls: string[] = [];
  const names = Object.keys(NO_METRICS) as (keyof ServingMetrics)[];
  const metrics = Object.fromEntries(
    names.map((name) => [
      name,
      (...values: unknown[]) =>
        calls.push([name, ...values.map((value) => (value === LEVEL ? 'its level' : value))].join(' ')),
    ]),
  ) as unknown as ServingMetrics;
  const clock = new VirtualClock();
  const meter = new RequestMeter({
    metrics,
    clock,
    ladder: FAKE_LADDER,
    arrivedAtMs: clock.now(),
    level: LEVEL,
    promptTokens: 7,
  });
  const requestId = 'a';
  const rungs: number[] = [];
  return {
    token(afterMs: number, rung = 2) {
      clock.advance(afterMs);
      rungs.push(rung);
      meter.observe({ type: 'token', requestId, tokenId: 1, text: '', rung });
    },
    finish(afterMs: number, reason: FinishReason = 'stop') {
      clock.advance(afterMs);
      const usage = { promptTokens: 7, completionTokens: rungs.length, cachedTokens: 0 };
      const precision = reportPrecision(FAKE_LADDER, rungs);
      meter.observe({ type: 'finished', requestId, reason, text: '', usage, precision });
    },
    fail: () => meter.observe({ type: 'failed', requestId, code: 'engine_unavailable', message: '' }),
    calls,
    judged: () => calls.filter((call) => call.startsWith('sloJudged flex')).map((call) => call.slice(15)),
  };
}

describe('a request is measured', () => {
  it('from its arrival, token by token', () => {
    const { token, finish, calls } = metered();
    token(50);
    token(10);
    token(4, 1);
    finish(1);
    expect(calls).toEqual([
      'firstToken 7 0.05 its level',
      'tokenServed q8  its level',
      'tokenServed q8 0.01 its level',
      'tokenServed q4 0.004 its level',
      'requestFinished stop 0.065',
      `precisionServed flex ${20 / 3}`,
      'sloJudged flex ttft true',
      'sloJudged flex tpot true',
      'sloJudged flex all true',
    ]);
  });

  it('against each of its targets and against both', () => {
    const late = metered();
    late.token(101);
    late.token(10);
    late.finish(0);
    expect(late.judged()).toEqual(['ttft false', 'tpot true', 'all false']);
    const slow = metered();
    slow.token(100);
    slow.token(5);
    slow.token(16);
    slow.finish(0);
    expect(slow.judged()).toEqual(['ttft true', 'tpot false', 'all false']);
    const silent = metered();
    silent.finish(101);
    expect(silent.judged()).toEqual(['ttft false', 'tpot true', 'all false']);
    expect(silent.calls.filter((call) => call.startsWith('precisionServed'))).toEqual([]);
  });

  it('as missed when it fails, but for a first token that came in time', () => {
    const begun = metered();
    begun.token(20);
    begun.fail();
    expect(begun.judged()).toEqual(['ttft true', 'tpot false', 'all false']);
    const waiting = metered();
    waiting.fail();
    expect(waiting.judged()).toEqual(['ttft false', 'tpot false', 'all false']);
    expect(waiting.calls[0]).toBe('requestFailed engine_unavailable');
  });

  it('by what had been missed when its client went away, and by nothing else', () => {
    const early = metered();
    early.finish(99, 'cancelled');
    expect(early.judged()).toEqual([]);
    const patient = metered();
    patient.finish(101, 'cancelled');
    expect(patient.judged()).toEqual(['ttft false', 'all false']);
    const slow = metered();
    slow.token(10);
    slow.token(11);
    slow.finish(0, 'cancelled');
    expect(slow.judged()).toEqual(['tpot false', 'all false']);
  });
});
