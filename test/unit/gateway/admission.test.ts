import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { Admission } from '../../../src/gateway/admission.ts';

function refusal(admission: Admission): QueptError {
  try {
    admission.reserve();
  } catch (error) {
    if (error instanceof QueptError) return error;
  }
  throw new Error('the request was admitted');
}

describe('Admission', () => {
  it('admits slots and waiting room, then refuses with a time to wait', () => {
    const admission = new Admission({ slots: 2, maxWaiting: 1 }, () => 0);
    for (let i = 0; i < 3; i++) admission.reserve();
    const { code, retryAfterMs } = refusal(admission);
    expect({ code, retryAfterMs }).toEqual({ code: 'overloaded', retryAfterMs: 500 });
    expect(admission.held).toBe(3);
  });

  it('takes a place back once, however often it is given', () => {
    const admission = new Admission({ slots: 1, maxWaiting: 1 }, () => 0);
    const release = admission.reserve();
    admission.reserve();
    release();
    release();
    expect(admission.held).toBe(1);
    admission.reserve();
    expect(refusal(admission).code).toBe('overloaded');
  });

  it('lets a request run even when nobody may wait', () => {
    const admission = new Admission({ slots: 1, maxWaiting: 0 }, () => 0);
    admission.reserve()();
    admission.reserve();
    expect(refusal(admission).code).toBe('overloaded');
  });

  it('learns from the requests that ended how long a place takes to become free, within bounds', () => {
    let now = 0;
    const admission = new Admission({ slots: 2, maxWaiting: 0 }, () => now);
    for (let i = 0; i < 50; i++) {
      const release = admission.reserve();
      now += 20_000;
      release();
    }
    admission.reserve();
    admission.reserve();
    // The moving average starts at 1 s and has all but reached 20 s; two slots halve it.
    expect(refusal(admission).retryAfterMs).toBeGreaterThan(9_990);
    expect(refusal(admission).retryAfterMs).toBeLessThanOrEqual(10_000);
    const slow = new Admission({ slots: 1, maxWaiting: 0 }, () => now);
    const release = slow.reserve();
    now += 3_600_000;
    release();
    slow.reserve();
    expect(refusal(slow).retryAfterMs).toBe(60_000);
  });

  it('tells when all places are free again', async () => {
    const admission = new Admission({ slots: 2, maxWaiting: 0 }, () => 0);
    const releases = [admission.reserve(), admission.reserve()];
    let empty = false;
    const waiting = admission.empty(60_000).then(() => {
      empty = true;
    });
    releases[0]?.();
    await Promise.resolve();
    expect(empty).toBe(false);
    releases[1]?.();
    await waiting;
    await admission.empty(60_000);
  });
});
