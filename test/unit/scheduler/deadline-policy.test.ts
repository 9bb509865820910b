import { describe, expect, it } from 'vitest';
import type { ServiceLevel } from '../../../src/core/index.ts';
import {
  createDeadlinePolicy,
  firstComePolicy,
  type RequestView,
  type SchedulingView,
  type StepPlan,
} from '../../../src/scheduler/index.ts';
import { prompt, request, view } from '../../support/hand-made-view.ts';
import { LinearCost } from '../../support/linear-cost.ts';

const cost = new LinearCost({ pass: [4, 4, 4, 4], row: [1, 1, 1, 1], token: [1, 1, 1, 1] });
const limits = { prefillChunk: 64, maxBatch: 8 };
/** `tpotMs` is what is aimed at: 95 % of the target. */
const level = (ttftMs: number, tpotMs = 100): ServiceLevel => ({
  tier: 'default',
  ttftMs,
  tpotMs: (tpotMs + 1e-9) / 0.95,
  weight: 1,
});

function plan(fields: Partial<SchedulingView>, patienceMs = 1000): StepPlan {
  const policy = createDeadlinePolicy({ patienceMs });
  return policy(view({ cost, limits, ...fields }), (row) => row.ceiling);
}

describe('createDeadlinePolicy', () => {
  it('plans nothing for nobody', () => {
    expect(plan({ freeSlots: 4 })).toMatchObject({
      expire: [],
      admit: [],
      decode: [],
      prefill: null,
      carry: 0,
    });
  });

  it('without targets and owners is first come, first served', () => {
    const fields: Partial<SchedulingView> = {
      freeSlots: 1,
      running: [request('d'), request('low', { ceiling: 1 })],
      waiting: [prompt('w1'), prompt('w2')],
    };
    const { carry, why: _, ...rest } = plan(fields);
    expect(rest).toEqual(firstComePolicy(view({ cost, limits, ...fields }), (row) => row.ceiling));
    expect(carry).toBe(0);
  });

  it('gives a slot with the first chunk and not before', () => {
    const running = [prompt('old', { promptTokens: 100 })];
    const fields = { running, waiting: [prompt('w1'), prompt('w2')], freeSlots: 2 };
    expect(plan(fields)).toMatchObject({ admit: [], prefill: { id: 'old' } });
    expect(plan({ ...fields, running: [] })).toMatchObject({ admit: ['w1'], prefill: { id: 'w1' } });
  });

  it('gives slots and chunks to the first due, also before prompts that have begun', () => {
    const begun = prompt('begun', { level: level(900), promptTokens: 50, promptLeft: 20 });
    const waiting = [
      prompt('later', { level: level(800) }),
      prompt('soon', { level: level(200) }),
      prompt('sooner', { level: level(100) }),
    ];
    expect(plan({ running: [begun], waiting, freeSlots: 2 })).toMatchObject({
      admit: ['sooner'],
      prefill: { id: 'sooner', tokens: 10 },
    });
    expect(plan({ running: [begun], waiting, freeSlots: 0 })).toMatchObject({
      admit: [],
      prefill: { id: 'begun', tokens: 20 },
    });
  });

  it('gives up whoever is past a deadline, waiting, prefilling or decoding, and runs none of them', () => {
    const never = { queueMs: null, firstTokenMs: null, totalMs: null };
    const fields: Partial<SchedulingView> = {
      nowMs: 100,
      freeSlots: 5,
      running: [
        request('total', { deadlines: { ...never, totalMs: 100 } }),
        request('in time', { deadlines: { queueMs: 1, firstTokenMs: 1, totalMs: 101 } }),
        prompt('first', { deadlines: { ...never, firstTokenMs: 99 } }),
        prompt('no longer queued', { deadlines: { ...never, queueMs: 50 } }),
      ],
      waiting: [
        prompt('queue', { deadlines: { ...never, queueMs: 50 } }),
        prompt('queued for first', { deadlines: { ...never, firstTokenMs: 50 } }),
        prompt('fine', { deadlines: { ...never, queueMs: 200 } }),
      ],
    };
    const firstCome = firstComePolicy(view({ cost, limits, ...fields }), (row) => row.ceiling);
    expect([plan(fields).admit, firstCome.admit]).toEqual([[], ['fine']]);
    for (const made of [plan(fields), firstCome]) {
      expect(made).toMatchObject({
        expire: ['total', 'first', 'queue', 'queued for first'],
        decode: [{ ids: ['in time'] }],
        prefill: { id: 'no longer queued' },
      });
    }
  });

  describe('with decoders that keep a pace', () => {
    /** On pace, next token due at 1000 + 10. Three of them take 7 ms a step. */
    const decoder = (id: string, fields: Partial<RequestView> = {}): RequestView =>
      request(id, {
        level: level(1000, 10),
        firstTokenAtMs: 900,
        generatedTokens: 11,
        lastTokenAtMs: 1000,
        maxTokens: 1000,
        ...fields,
      });
    const three = ['a', 'b', 'c'].map((id) => decoder(id));
    const base = { nowMs: 1000, lastPrefillAtMs: 0 };

    it('stops a prompt one token short while there is no room for it to decode', () => {
      const tight = prompt('p', { level: level(5000, 10), arrivedAtMs: 900 });
      // Four rows take 8 ms, of 8.5 that leave prompts their part; five take 9.
      expect(plan({ ...base, running: [...three, tight] }).prefill).toMatchObject({ id: 'p', tokens: 6 });
      const finishing = { ...tight, promptLeft: 3 };
      expect(plan({ ...base, running: [...three, finishing] }).prefill).toMatchObject({ id: 'p', tokens: 3 });
      const four = [...three, decoder('d')];
      expect(plan({ ...base, running: [...four, finishing] }).prefill).toMatchObject({ id: 'p', tokens: 2 });
      const waits = { ...tight, promptLeft: 1 };
      expect(plan({ ...base, running: [...four, waits] }).prefill).toBeNull();
    });

    it('lets others pass meanwhile, and an overdue prompt through when its turn has come', () => {
      const four = [...three, decoder('d')];
      const waits = prompt('waits', { level: level(200, 10), arrivedAtMs: 900, promptLeft: 1 });
      const other = prompt('other', { level: level(9000), arrivedAtMs: 900, promptTokens: 50 });
      expect(plan({ ...base, running: [...four, waits, other] }).prefill).toMatchObject({ id: 'other' });
      const overdue = { ...waits, arrivedAtMs: -2000 };
      const running = [...four, overdue, other];
      expect(plan({ ...base, running, carry: 14 })).toMatchObject({ prefill: { id: 'other' }, carry: 15 });
      expect(plan({ ...base, running, carry: 15 })).toMatchObject({
        prefill: { id: 'waits', tokens: 1 },
        carry: 0,
      });
    });

    it('lets those of relaxed pace sit out a step that is too full', () => {
      const relaxed = ['x', 'y', 'z', 'w'].map((id) =>
        decoder(id, { level: level(1000, 100), firstTokenAtMs: 0 }),
      );
      // Seven rows take 11 ms.
      expect(plan({ ...base, running: [...three, ...relaxed] }).decode).toEqual([
        { rung: 3, ids: ['a', 'b', 'c'] },
      ]);
      const { why } = plan({ ...base, running: [...three, ...relaxed] });
      expect([why?.('a'), why?.('x')]).toEqual([null, 'sits out a step that is too full']);
      const due = relaxed.map((row) => ({ ...row, lastTokenAtMs: 760 }));
      expect(plan({ ...base, running: [...three, ...due] }).decode[0]?.ids).toHaveLength(7);
    });
  });

  describe('with overdue prompts', () => {
    const overdue = prompt('overdue', { level: level(10), arrivedAtMs: 0, promptTokens: 100 });
    const fresh = ['f1', 'f2'].map((id) => prompt(id, { level: level(5000), arrivedAtMs: 1990 }));
    const base = { nowMs: 2000, freeSlots: 1, waiting: [overdue, ...fresh] };

    it('gives them the next slot and chunk after fifteen chunks of others', () => {
      expect(plan({ ...base, carry: 0 })).toMatchObject({
        admit: ['f1'],
        prefill: { id: 'f1' },
        carry: 1,
      });
      expect(plan({ ...base, carry: 14 })).toMatchObject({ admit: ['f1'], carry: 15 });
      expect(plan({ ...base, carry: 15 })).toMatchObject({
        admit: ['overdue'],
        prefill: { id: 'overdue', tokens: 64 },
        carry: 0,
      });
    });

    it('takes a slot of a late one that has begun for one that can be on time, and of nobody else', () => {
      const begun = (id: string, promptLeft: number, fields: Partial<RequestView> = {}): RequestView =>
        prompt(id, { level: level(10), arrivedAtMs: 1900, promptTokens: 100, promptLeft, ...fields });
      const running = [
        begun('first overdue', 99, { arrivedAtMs: 1 }),
        begun('overdue', 40, { arrivedAtMs: 2 }),
        begun('late', 60),
        begun('has tokens', 80, { firstTokenAtMs: 1800, preemptedAtMs: 1900, preemptions: 1 }),
      ];
      const full = { nowMs: 2000, freeSlots: 0, running };
      expect(plan({ ...full, waiting: fresh })).toMatchObject({
        preempt: ['late'],
        admit: ['f1'],
        prefill: { id: 'f1' },
      });
      expect(plan({ ...full, waiting: fresh, freeSlots: 1 }).preempt).toBeUndefined();
      const [first, , , given] = running.map((one) => [one]);
      for (const alone of [first, given]) {
        const made = plan({ ...full, running: alone ?? [], waiting: fresh });
        expect([made.preempt, made.admit]).toEqual([undefined, []]);
      }
      const lower = fresh.map((one) => ({ ...one, level: { ...one.level, tier: 'flex' as const } }));
      expect(plan({ ...full, waiting: lower }).preempt).toBeUndefined();
      // Another late one is no reason.
      expect(plan({ ...full, waiting: [begun('waits', 100)] }).preempt).toBeUndefined();
    });

    it('keeps their turn until there is a slot', () => {
      const running = [prompt('holds', { level: level(5000), arrivedAtMs: 1990 })];
      expect(plan({ ...base, freeSlots: 0, running, carry: 15 })).toMatchObject({
        prefill: { id: 'holds' },
        carry: 16,
      });
    });

    it('puts them before those that are merely late', () => {
      const late = prompt('late', { level: level(10), arrivedAtMs: 1900 });
      const made = plan({ ...base, waiting: [late, overdue, ...fresh] });
      expect(plan({ ...base, waiting: [late, overdue] })).toMatchObject({ admit: ['overdue'] });
      expect(['f2', 'overdue', 'late', 'unknown'].map((id) => made.why?.(id))).toEqual([
        'on time, number 2 by due time',
        'overdue: has been overtaken for long enough',
        'late, or sure to be: behind those on time',
        null,
      ]);
    });
  });
});
