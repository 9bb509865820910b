import { describe, expect, it } from 'vitest';
import type { ServiceTier } from '../../../src/core/index.ts';
import {
  type BatchPolicy,
  createCeilingPolicy,
  createDeadlinePolicy,
  createDecisionHistory,
  type DecisionLog,
  firstComePolicy,
  joinLogs,
  type RequestView,
  replay,
} from '../../../src/scheduler/index.ts';
import { PREEMPTION_LIMITS, slotExchange } from '../../../src/scheduler/preemption.ts';
import { prompt, request, view } from '../../support/hand-made-view.ts';
import { recordLines, stepsOf } from '../../support/recorded-lines.ts';
import { engineRequest, SchedulerRig } from '../../support/scheduler-rig.ts';
import { job, TimedRig, ttftMs } from '../../support/timed-rig.ts';

const level = (tier: ServiceTier, ttftMs = Number.POSITIVE_INFINITY) => ({
  tier,
  ttftMs,
  tpotMs: Number.POSITIVE_INFINITY,
  weight: 1,
});
const running = (id: string, tier: ServiceTier, fields: Partial<RequestView> = {}) =>
  request(id, { level: level(tier), maxTokens: 100, ...fields });

/** Who gives a slot to a prompt that is due in `ttftMs`, where a free slot comes in about 10 ms · 60 / `held`. */
function yields(held: RequestView[], ttftMs: number, tier: ServiceTier = 'priority', freeSlots = 0) {
  const cost = { stepMs: () => 8.5 };
  const waiting = [prompt('waits', { level: level(tier, ttftMs) })];
  const state = view({ running: held, waiting, freeSlots, cost, meanOutputTokens: 60 });
  const rows = held.map(() => ({ rung: 3, context: 10, paceMs: Number.POSITIVE_INFINITY }));
  return slotExchange(state, waiting, held, () => 20, rows, PREEMPTION_LIMITS)?.from.id ?? null;
}

describe('slotExchange', () => {
  it('takes the slot of a lower tier when the next free one would come too late', () => {
    expect(yields([running('a', 'default')], 300)).toBe('a');
    expect(yields([running('a', 'flex')], 300, 'default')).toBe('a');
  });

  it('leaves it while a slot is free, or will be in time', () => {
    expect(yields([running('a', 'flex')], 300, 'priority', 1)).toBeNull();
    expect(yields([running('a', 'flex')], 900)).toBeNull();
    expect(yields([running('a', 'flex')], Number.POSITIVE_INFINITY)).toBeNull();
  });

  it('never takes it from an equal or a higher tier', () => {
    expect(yields([running('a', 'priority')], 300)).toBeNull();
    expect(yields([running('a', 'default')], 300, 'default')).toBeNull();
    expect(yields([running('a', 'default')], 300, 'flex')).toBeNull();
  });

  it('takes the lowest tier first, then what is soonest computed again', () => {
    const held = [
      running('short', 'default', { promptTokens: 2 }),
      running('long', 'flex', { promptTokens: 90 }),
      running('half', 'flex', { promptTokens: 50 }),
    ];
    expect(yields(held, 100)).toBe('half');
    expect(yields(held.slice(0, 2), 100)).toBe('long');
  });

  it('lets be whoever gave it often enough, or is about to end', () => {
    expect(yields([running('a', 'flex', { preemptions: 2 })], 300)).toBeNull();
    expect(yields([running('a', 'flex', { generatedTokens: 90 })], 300)).toBeNull();
    expect(yields([running('a', 'flex', { preemptions: 1, generatedTokens: 80 })], 300)).toBe('a');
  });
});

/** All slots held by flex for long when a priority request comes. */
async function crowd(preemption: undefined | null): Promise<TimedRig> {
  const rig = new TimedRig({
    precisionPolicy: createCeilingPolicy({ promote: false }),
    batchPolicy: createDeadlinePolicy(preemption === null ? { preemption } : {}),
    slots: 2,
  });
  const flex = (id: string, atMs: number) => ({
    atMs,
    request: job(id, 40, 400, {
      level: level('flex'),
      deadlines: { queueMs: 500, firstTokenMs: null, totalMs: null },
    }),
  });
  const urgent = (id: string, atMs: number) => ({
    atMs,
    request: job(id, 20, 10, { level: level('priority', 300) }),
  });
  await rig.play([flex('f1', 0), flex('f2', 0), ...[1, 2, 3, 4, 5].map((i) => urgent(`u${i}`, i * 700))]);
  return rig;
}

describe('preemption', () => {
  it('keeps a higher tier in time, and everyone gets all tokens, at most twice put back', async () => {
    const rig = await crowd(undefined);
    const first = rig.lives.get('u1');
    expect(first && ttftMs(first)).toBeLessThan(300);
    expect(rig.scheduler.snapshot().preemptions).toBeGreaterThan(1);
    // Two flex requests, each twice at most, whatever comes.
    expect(rig.scheduler.snapshot().preemptions).toBeLessThanOrEqual(4);
    for (const { arrival, end, tokenAtMs } of rig.lives.values()) {
      expect(end).toMatchObject({ reason: 'length' });
      expect(tokenAtMs).toHaveLength(arrival.request.maxTokens);
    }
    expect(rig.faults).toEqual([]);
    expect(rig.runner.slotsInUse).toBe(0);
  });

  it('without it the higher tier is late', async () => {
    const rig = await crowd(null);
    const first = rig.lives.get('u1');
    expect(first && ttftMs(first)).toBeGreaterThan(300);
    expect(rig.scheduler.snapshot().preemptions).toBe(0);
  });

  /** Whoever has two tokens gives its slot back, once. */
  const afterTwoTokens: BatchPolicy = (state, rungOf) => {
    const from = state.running.find(
      ({ generatedTokens, preemptions }) => generatedTokens === 2 && preemptions === 0,
    );
    const others = state.running.filter((one) => one !== from);
    const plan = firstComePolicy({ ...state, running: others }, rungOf);
    return from === undefined ? plan : { ...plan, preempt: [from.id] };
  };
  const precisionPolicy = createCeilingPolicy({ promote: false });

  it('[S5] shows in views and decisions, and replays', async () => {
    const history = createDecisionHistory({ requests: 100 });
    const limits = { maxWaiting: 100, prefillChunk: 4, maxBatch: 8 };
    const { log, lines } = recordLines(limits);
    const decisions = joinLogs([history, log]) as DecisionLog;
    const rig = new SchedulerRig({}, { batchPolicy: afterTwoTokens, decisions, limits });
    for (const id of ['a', 'b', 'c']) rig.scheduler.submit(engineRequest(id));
    await rig.runToEnd();
    expect(rig.scheduler.snapshot()).toMatchObject({ preemptions: 3, prefixTokensQueried: 9 });
    const actions = history.trailOf('a')?.decisions.map(({ action, tokens }) => `${action} ${tokens}`);
    const run = actions?.filter((action) => !/wait|hold/.test(action));
    // Three prompt tokens and the first of two; the second is the input of the next step.
    expect(run).toEqual(['prefill 3', 'decode 1', 'preempt 0', 'prefill 4', 'decode 3']);
    expect(replay(stepsOf(lines), { precisionPolicy, batchPolicy: afterTwoTokens })).toBeNull();
  });

  it('spends no deadline that a slot or a first token had met', async () => {
    const rig = new SchedulerRig({}, { batchPolicy: afterTwoTokens });
    const deadlines = { queueMs: 2, firstTokenMs: 4, totalMs: null };
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id, { deadlines }));
    await rig.runToEnd();
    expect([rig.endOf('a'), rig.endOf('b')]).toEqual(['length', 'length']);
    expect(rig.scheduler.snapshot().preemptions).toBe(2);
  });

  it('ends a request that is cancelled while it waits again, with what it had', async () => {
    const rig = new SchedulerRig({}, { batchPolicy: afterTwoTokens });
    rig.scheduler.submit(engineRequest('a'));
    for (let i = 0; i < 3; i++) await rig.step();
    expect(rig.scheduler.snapshot()).toMatchObject({ waiting: 1, running: 0, kvTokensUsed: 0, freeSlots: 2 });
    rig.scheduler.cancel('a');
    expect(rig.of('a').terminals).toMatchObject([{ reason: 'cancelled', usage: { completionTokens: 2 } }]);
    expect(rig.runner.slotsInUse).toBe(0);
  });
});
