import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { Admission } from '../../../src/gateway/admission.ts';
import { countRefusal } from '../../../src/gateway/refusal.ts';
import { NO_METRICS } from '../../../src/observability/index.ts';

function counted(error: QueptError): { reasons: string[]; missed: string[] } {
  const reasons: string[] = [];
  const missed: string[] = [];
  const metrics = {
    ...NO_METRICS,
    requestRefused: (reason: string) => reasons.push(reason),
    sloJudged: (tier: string, slo: string, met: boolean) => missed.push(`${tier} ${slo} ${met}`),
  };
  countRefusal(metrics, error, 'flex');
  return { reasons, missed };
}

function refusal(refused: () => void): QueptError {
  try {
    refused();
  } catch (error) {
    return error as QueptError;
  }
  throw new Error('nothing was refused');
}

describe('a refusal', () => {
  it('is counted by the bound that it ran into, and as missed targets', () => {
    const shares = { priority: 1, default: 1, flex: 0.5 };
    const admission = new Admission({ slots: 1, maxWaiting: 2, maxWorkTokens: 10, shares }, () => 0);
    const place = admission.reserve('flex');
    place.claim(9);
    const reasonOf = (refused: () => void): string[] => counted(refusal(refused)).reasons;
    expect(reasonOf(() => place.claim(2))).toEqual(['work_tokens']);
    admission.reserve('flex');
    expect(reasonOf(() => admission.reserve('flex'))).toEqual(['tier_share']);
    admission.reserve('default');
    expect(reasonOf(() => admission.reserve('default'))).toEqual(['waiting_requests']);
    expect(counted(refusal(() => place.claim(2))).missed).toEqual([
      'flex ttft false',
      'flex tpot false',
      'flex all false',
    ]);
  });

  it('for the client to mend misses nothing', () => {
    expect(counted(new QueptError('context_length_exceeded', 'Too long.'))).toEqual({
      reasons: ['context_length_exceeded'],
      missed: [],
    });
    expect(counted(new QueptError('engine_unavailable', 'Loading.')).missed).toHaveLength(3);
  });
});
