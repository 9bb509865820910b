import { describe, expect, it } from 'vitest';
import { createFixedPolicy, type OwnerAccount, type SchedulingView } from '../../../src/scheduler/index.ts';
import { LinearCost } from '../../support/linear-cost.ts';
import { job, TimedRig } from '../../support/timed-rig.ts';

const cost = new LinearCost({ pass: [4, 4, 4, 4], row: [1, 1, 1, 3], token: [1, 1, 1, 2] });

describe('views', () => {
  it('show what owners were charged and what they lost', async () => {
    const seen = new Map<string, OwnerAccount>();
    const rig = new TimedRig({
      precisionPolicy: createFixedPolicy(1),
      cost,
      onView: ({ running }) => {
        for (const { owner, account } of running) seen.set(owner, { ...account });
      },
    });
    rig.submit({ atMs: 0, request: job('a', 3, 20, { owner: 'low' }) });
    rig.submit({ atMs: 0, request: job('b', 5, 20, { owner: 'pinned', floor: 3 }) });
    for (let step = 0; step < 4; step++) await rig.scheduler.step();
    await rig.scheduler.step();
    // A prompt in each of the first two steps, 7 and 14 ms; each of them decodes alone from the next step on.
    expect(seen.get('low')).toMatchObject({ chargedMs: 7 + 3 * 5, bitsLost: (3 + 3) * 4 });
    expect(seen.get('pinned')).toMatchObject({ chargedMs: 4 + 5 * 2 + 2 * 7, bitsLost: 0 });
  });

  it('show the mean length of outputs, when the last chunk began, and what the last plan carried', async () => {
    const views: SchedulingView[] = [];
    const rig = new TimedRig({
      precisionPolicy: createFixedPolicy(1),
      batchPolicy: (view, rungOf) => ({
        expire: [],
        admit: view.waiting.slice(0, 1).map(({ id }) => id),
        decode: view.running.map((row) => ({ rung: rungOf(row), ids: [row.id] })),
        prefill:
          view.waiting.slice(0, 1).map((row) => ({ id: row.id, rung: 1, tokens: row.promptLeft }))[0] ?? null,
        carry: view.carry + 2,
      }),
      cost,
      onView: (view) => views.push(view),
    });
    await rig.play([
      { atMs: 0, request: job('a', 1, 3) },
      { atMs: 100, request: job('b', 1, 19) },
      { atMs: 300, request: job('c', 1, 1) },
    ]);
    expect(views[0]).toMatchObject({ lastPrefillAtMs: null, meanOutputTokens: null, carry: 0 });
    expect(views[1]).toMatchObject({ lastPrefillAtMs: 0, carry: 2, waitingTotal: 0 });
    expect(views.find(({ nowMs }) => nowMs >= 100)).toMatchObject({ meanOutputTokens: 3, waitingTotal: 1 });
    expect(views.find(({ nowMs }) => nowMs >= 300)).toMatchObject({
      lastPrefillAtMs: 100,
      meanOutputTokens: 4,
    });
  });
});

describe('fairness between owners', () => {
  it('a flood of one does not keep out another, and low precision costs its user less', async () => {
    const rig = new TimedRig({ precisionPolicy: createFixedPolicy(3), cost, slots: 2 });
    const flood = Array.from({ length: 200 }, (_, i) => ({
      atMs: 0,
      request: job(`flood${i}`, 20, 20, { owner: 'flood' }),
    }));
    const low = Array.from({ length: 60 }, (_, i) => ({
      atMs: 1,
      request: job(`low${i}`, 20, 20, { owner: 'low', ceiling: 1 }),
    }));
    const high = Array.from({ length: 60 }, (_, i) => ({
      atMs: 1,
      request: job(`high${i}`, 20, 20, { owner: 'high' }),
    }));
    await rig.play([...flood, ...low, ...high], 6000);
    const ended = (owner: string): number =>
      [...rig.lives.values()].filter(({ end, arrival }) => end !== null && arrival.request.owner === owner)
        .length;
    expect(Math.abs(ended('flood') - ended('high'))).toBeLessThanOrEqual(2);
    expect(ended('high')).toBeGreaterThan(5);
    expect(ended('low')).toBeGreaterThan(ended('high') * 1.3);
  });
});
