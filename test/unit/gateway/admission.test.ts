import { describe, expect, it } from 'vitest';
import { QueptError, type ServiceTier } from '../../../src/core/index.ts';
import { Admission, type AdmissionLimits } from '../../../src/gateway/admission.ts';

const SHARES = { priority: 1, default: 1, flex: 0.5 };

function admissionOf(limits: Partial<AdmissionLimits>, now: () => number = () => 0): Admission {
  return new Admission({ slots: 1, maxWaiting: 0, maxWorkTokens: 1e9, shares: SHARES, ...limits }, now);
}

function refusalOf(attempt: () => void): QueptError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof QueptError) return error;
  }
  throw new Error('the request was admitted');
}

const refusal = (admission: Admission, tier: ServiceTier = 'default') =>
  refusalOf(() => admission.reserve(tier));

describe('Admission', () => {
  it('admits slots and waiting room, then refuses with a time to wait', () => {
    const admission = admissionOf({ slots: 2, maxWaiting: 1 });
    for (let i = 0; i < 3; i++) admission.reserve('default');
    const { code, retryAfterMs } = refusal(admission);
    expect({ code, retryAfterMs }).toEqual({ code: 'overloaded', retryAfterMs: 1000 });
    expect(admission.held).toBe(3);
  });

  it('takes a place back once, however often it is given', () => {
    const admission = admissionOf({ maxWaiting: 1 });
    const { release } = admission.reserve('default');
    admission.reserve('priority');
    release();
    release();
    expect(admission.held).toBe(1);
    admission.reserve('default');
    expect(refusal(admission).code).toBe('overloaded');
  });

  it('lets a request run even when nobody may wait', () => {
    const admission = admissionOf({});
    admission.reserve('flex').release();
    admission.reserve('flex');
    expect(refusal(admission).code).toBe('overloaded');
  });

  it('keeps waiting room for other tiers', () => {
    const admission = admissionOf({ slots: 1, maxWaiting: 4 });
    const flex = [1, 2, 3].map(() => admission.reserve('flex'));
    expect(refusal(admission, 'flex').message).toContain("'flex'");
    for (let i = 0; i < 2; i++) admission.reserve('default');
    expect(refusal(admission, 'priority').code).toBe('overloaded');
    flex[0]?.release();
    admission.reserve('flex');
  });

  it('takes work back that turns out not to be needed, no more than was claimed', () => {
    const admission = admissionOf({ slots: 3, maxWorkTokens: 100 });
    const [first, second] = [admission.reserve('default'), admission.reserve('default')];
    first?.claim(90);
    expect(refusalOf(() => second?.claim(60)).code).toBe('overloaded');
    first?.lessen(50);
    second?.claim(60);
    expect(admission.workTokens).toBe(100);
    first?.lessen(500);
    expect(admission.workTokens).toBe(60);
    first?.release();
    first?.lessen(5);
    expect(admission.workTokens).toBe(60);
  });

  it('bounds the tokens of all requests together, and gives them back with the place', () => {
    const admission = admissionOf({ slots: 4, maxWorkTokens: 100 });
    const places = [1, 2, 3].map(() => admission.reserve('default'));
    places[0]?.claim(60);
    places[1]?.claim(40);
    expect(refusalOf(() => places[2]?.claim(1)).message).toContain('tokens');
    expect(admission.workTokens).toBe(100);
    places[2]?.release();
    places[0]?.release();
    expect(admission.workTokens).toBe(40);
    places[1]?.release();
    const alone = admission.reserve('default');
    alone.claim(500);
    expect(admission.workTokens).toBe(500);
  });

  it('promises places at the rate at which requests end, each to one who was refused', () => {
    let now = 0;
    const admission = admissionOf({ slots: 2 }, () => now);
    for (let i = 0; i < 200; i++) {
      now += 2_000;
      admission.reserve('default').release();
    }
    admission.reserve('default');
    admission.reserve('default');
    const waits = [1, 2, 3].map(() => refusal(admission).retryAfterMs ?? 0);
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThan(1_900 * (i + 1));
      expect(wait).toBeLessThan(2_100 * (i + 1));
    }
    // Promises are kept in time: those of the past do not count.
    now += 10_000;
    expect(refusal(admission).retryAfterMs).toBeLessThan(4_000);
  });

  it('tells of work when it will be done, within bounds', () => {
    let now = 0;
    const admission = admissionOf({ slots: 9, maxWorkTokens: 1000 }, () => now);
    for (let i = 0; i < 300; i++) {
      now += 1_000;
      const place = admission.reserve('default');
      place.claim(50);
      place.release();
    }
    admission.reserve('default').claim(900);
    const { retryAfterMs = 0 } = refusalOf(() => admission.reserve('default').claim(600));
    expect(retryAfterMs).toBeGreaterThan(9_500);
    expect(retryAfterMs).toBeLessThan(10_500);
    now += 3_600_000;
    expect(refusalOf(() => admission.reserve('default').claim(600)).retryAfterMs).toBe(60_000);
  });

  it('tells when all places are free again', async () => {
    const admission = admissionOf({ slots: 2 });
    const places = [admission.reserve('default'), admission.reserve('flex')];
    let empty = false;
    const waiting = admission.empty(60_000).then(() => {
      empty = true;
    });
    places[0]?.release();
    await Promise.resolve();
    expect(empty).toBe(false);
    places[1]?.release();
    await waiting;
    await admission.empty(60_000);
  });
});
