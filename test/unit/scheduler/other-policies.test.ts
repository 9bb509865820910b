import { describe, expect, it } from 'vitest';
import {
  BATCH_POLICIES,
  createFixedPolicy,
  createLoadThresholdPolicy,
  firstComePolicy,
  type LoadThresholdOptions,
  POLICIES,
  POLICY_NAMES,
  type RequestView,
} from '../../../src/scheduler/index.ts';
import { prompt, request, view } from '../../support/hand-made-view.ts';
import { refusalCode } from '../../support/refusal-code.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

describe('createFixedPolicy', () => {
  it('runs everyone at one rung, as near as ranges let them', () => {
    const rows = [
      request('free'),
      request('low', { ceiling: 1 }),
      request('high', { floor: 3 }),
      prompt('prompt'),
    ];
    const rungOf = createFixedPolicy(2)(view({ running: rows }));
    expect(rows.map(rungOf)).toEqual([2, 1, 3, 2]);
  });
});

describe('createLoadThresholdPolicy', () => {
  const limits = { switchLimits: { downDwellMs: 1, upDwellMs: 1 } };
  /** The rung of the first of `rows` where they run in 8 slots and `waiting` more wait. */
  function rung(
    rows: readonly RequestView[],
    waiting: number,
    options: LoadThresholdOptions = {},
    nowMs = 0,
  ): number {
    const situation = view({ nowMs, running: rows, waitingTotal: waiting, freeSlots: 8 - rows.length });
    return createLoadThresholdPolicy({ ...limits, ...options })(situation)(rows[0] as RequestView);
  }
  const rows = (count: number, lastRung: number): RequestView[] =>
    Array.from({ length: count }, (_, i) => request(`r${i}`, { lastRung }));

  it('goes to the lowest rung at half the slots, and back when the load is clear of that', () => {
    expect([rung(rows(3, 3), 0), rung(rows(4, 3), 0), rung(rows(3, 3), 1)]).toEqual([3, 0, 0]);
    expect([rung(rows(4, 0), 0), rung(rows(3, 0), 0), rung(rows(2, 0), 0)]).toEqual([0, 0, 3]);
  });

  it('goes one rung down for every threshold that is reached', () => {
    const options = { thresholds: [0.25, 0.5, 2], hysteresis: 0.125 };
    expect([1, 2, 4, 8].map((count) => rung(rows(count, 3), 0, options))).toEqual([3, 2, 1, 1]);
    expect(rung(rows(8, 3), 8, options)).toBe(0);
    expect([1, 2, 3, 4].map((count) => rung(rows(count, 1), 0, options))).toEqual([2, 2, 1, 1]);
    expect(rung(rows(1, 1), 0, { ...options, hysteresis: 0 })).toBe(3);
  });

  it('starts prompts at the level of the others, and keeps ranges, pins and dwell times', () => {
    const four = [prompt('p'), ...rows(3, 3)];
    expect(rung(four, 0)).toBe(0);
    expect(rung([request('pin', { floor: 3 }), ...rows(3, 3)], 0)).toBe(3);
    const switched = request('s', { lastRung: 2, lastSwitchAtMs: 100 });
    const slow = { switchLimits: { downDwellMs: 50, upDwellMs: 90 } };
    expect([149, 150].map((nowMs) => rung([switched, ...rows(3, 2)], 0, slow, nowMs))).toEqual([2, 0]);
    expect([189, 190].map((nowMs) => rung([switched], 0, slow, nowMs))).toEqual([2, 3]);
  });

  it('does not take a pinned request for the level of all', () => {
    expect(rung([request('free', { lastRung: 0 }), request('pin', { floor: 3 }), request('x')], 0)).toBe(3);
    const pinned = request('pin', { floor: 3 });
    expect(rung([request('free', { lastRung: 0 }), pinned, pinned], 0)).toBe(0);
  });

  it.each([[{ thresholds: [] }], [{ thresholds: [0, 1] }], [{ thresholds: [1, 1] }], [{ hysteresis: -1 }]])(
    'refuses %o',
    (options) => {
      expect(refusalCode(() => createLoadThresholdPolicy(options))).toBe('invalid_config');
    },
  );
});

describe('POLICIES', () => {
  const ladder = steppedLadder(4);
  const rungs = (policy: ReturnType<typeof createFixedPolicy>): number =>
    policy(view({ running: [request('r')], freeSlots: 7 }))(request('r'));

  it('makes every policy by name, with defaults', () => {
    expect(POLICY_NAMES).toEqual(['fixed', 'load-threshold', 'slo']);
    for (const name of POLICY_NAMES) expect(rungs(POLICIES[name](ladder))).toBe(3);
    expect(BATCH_POLICIES['first-come']()).toBe(firstComePolicy);
    expect(BATCH_POLICIES.deadline()(view(), () => 0).decode).toEqual([]);
  });

  it('fixed takes the id of a config, and names the choices on an unknown one', () => {
    expect(rungs(POLICIES.fixed(ladder, { config: 'q4' }))).toBe(1);
    expect(() => POLICIES.fixed(ladder, { config: 'q5' })).toThrow(/q5.*q2, q4, q6, q8/);
  });
});
