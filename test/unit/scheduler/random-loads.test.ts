import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatchPolicy,
  createCeilingPolicy,
  createDeadlinePolicy,
  createFixedPolicy,
  createLoadThresholdPolicy,
  createSloPolicy,
  firstComePolicy,
  type PrecisionPolicy,
} from '../../../src/scheduler/index.ts';
import { type Load, loads, type PlayedLoad, playLoad } from '../../support/random-load.ts';

const never = Number.POSITIVE_INFINITY;
const switchLimits = { downDwellMs: 20, upDwellMs: 60 };
const deadline = createDeadlinePolicy({ patienceMs: 60 });
const exchanging = createDeadlinePolicy({ patienceMs: 60, preemption: { most: 2, aboutToEndTokens: 1 } });
const slo = createSloPolicy({ switchLimits, patienceMs: 60 });
const loadThreshold = createLoadThresholdPolicy({ thresholds: [0.3, 0.6, 1.5], switchLimits });

interface Counts {
  readonly ends: Map<string, number>;
  switches: number;
}

function checkLoad({ slots, jobs, outages }: Load, played: PlayedLoad, counts: Counts): void {
  const { rig, arrivedAtMs, tokens } = played;
  expect(rig.runner.breaches).toEqual([]);
  expect(rig.runner.slotsInUse).toBeLessThanOrEqual(rig.scheduler.snapshot().kvTokensKept > 0 ? slots : 0);
  expect(rig.scheduler.snapshot()).toMatchObject({
    running: 0,
    waiting: 0,
    freeSlots: slots,
    unhealthy: null,
  });
  if (outages.length === 0) expect(rig.faults).toEqual([]);
  for (const { request, cancel } of jobs) {
    const { id, deadlines } = request;
    const end = rig.endOf(id);
    counts.ends.set(end, (counts.ends.get(end) ?? 0) + 1);
    expect(rig.of(id).terminals).toHaveLength(1);
    if (end === 'cancelled') expect(cancel).not.toBeNull();
    const arrived = arrivedAtMs.get(id) ?? 0;
    const { queueMs, firstTokenMs, totalMs } = deadlines;
    if (end === 'failed:deadline_exceeded') {
      expect(queueMs ?? firstTokenMs ?? totalMs).not.toBeNull();
    } else if (outages.length === 0) {
      expect(['stop', 'length', 'cancelled']).toContain(end);
    }
    const own = tokens.get(id) ?? [];
    expect(own.filter(({ rung }) => rung < request.floor || rung > request.ceiling)).toEqual([]);
    // Nobody is planned for past a deadline.
    const late = own.filter(({ plannedAtMs }, i) => {
      const age = plannedAtMs - arrived;
      return age >= (totalMs ?? never) || (i === 0 && age >= (firstTokenMs ?? never));
    });
    expect(late).toEqual([]);
  }
}

/** Prompts of two words, which often begin alike. */
function alike(load: Load): Load {
  const jobs = load.jobs.map((job) => {
    const promptTokens = job.request.promptTokens.map((token) => 1 + (token & 1));
    return { ...job, request: { ...job.request, promptTokens } };
  });
  return { ...load, jobs };
}

/** Few slots, held for long, and every other request of a tier that can claim them. */
function contended(load: Load): Load {
  const jobs = load.jobs.map((job, i) => {
    const { level } = job.request;
    const urgent = { ...level, tier: 'priority' as const, ttftMs: 25 + 10 * i };
    const slow = { maxTokens: 12, level: { ...level, tier: 'flex' as const } };
    const request = { ...job.request, ...(i % 2 === 0 ? slow : { level: urgent }) };
    return { ...job, request, atMs: job.atMs / 2 };
  });
  return { ...load, slots: Math.min(2, load.slots), jobs };
}

/** Each switch keeps its distance from the one before: what `mostSwitches` rests on. */
function checkDwell({ tokens }: PlayedLoad, counts: Counts): void {
  const hasty: string[] = [];
  for (const [id, own] of tokens) {
    let last = Number.NEGATIVE_INFINITY;
    own.forEach(({ rung, atMs }, i) => {
      const before = own[i - 1]?.rung ?? rung;
      if (rung === before) return;
      counts.switches++;
      const dwellMs = rung < before ? switchLimits.downDwellMs : switchLimits.upDwellMs;
      if (atMs - last < dwellMs) hasty.push(`${id} at ${atMs}`);
      last = atMs;
    });
  }
  expect(hasty).toEqual([]);
}

describe('random loads', () => {
  it.each<[string, PrecisionPolicy, BatchPolicy, number, 'off' | 'owner']>([
    ['slo, deadline', slo, deadline, 700, 'off'],
    ['slo, deadline, prefix cache', slo, deadline, 400, 'owner'],
    ['slo, deadline with preemption, prefix cache', slo, exchanging, 300, 'owner'],
    ['slo, first-come', slo, firstComePolicy, 300, 'off'],
    ['load-threshold, deadline', loadThreshold, deadline, 400, 'off'],
    ['load-threshold, first-come, prefix cache', loadThreshold, firstComePolicy, 300, 'owner'],
    ['fixed, deadline', createFixedPolicy(1), deadline, 300, 'off'],
    ['ceilings together, deadline', createCeilingPolicy({ promote: true }), deadline, 300, 'off'],
  ])('[S1] [S2] keep every promise under %s', async (_, precision, batch, numRuns, sharing) => {
    const prefixCache = { sharing, leastTokens: 1 };
    let reused = 0;
    let preemptions = 0;
    const counts: Counts = { ends: new Map(), switches: 0 };
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(loads, async (drawn) => {
        const shared = sharing === 'off' ? drawn : alike(drawn);
        const load = batch === exchanging ? contended(shared) : shared;
        const played = await playLoad(load, precision, batch, prefixCache);
        reused += played.rig.scheduler.snapshot().prefixTokensReused;
        checkLoad(load, played, counts);
        preemptions += played.rig.scheduler.snapshot().preemptions;
        if (precision === slo || precision === loadThreshold) checkDwell(played, counts);
        if (++runs % 4 > 0) return;
        const again = await playLoad(load, precision, batch, prefixCache);
        expect(again.rig.runner.batches).toEqual(played.rig.runner.batches);
      }),
      { numRuns, seed: 7 },
    );
    expect([sharing, reused > 50]).toEqual([sharing, sharing !== 'off']);
    expect(preemptions > 40).toBe(batch === exchanging);
    // The loads must reach every end, and switch, or they prove little.
    for (const end of ['length', 'stop', 'cancelled', 'failed:deadline_exceeded']) {
      expect([end, (counts.ends.get(end) ?? 0) > 20]).toEqual([end, true]);
    }
    if (precision === slo || precision === loadThreshold) expect(counts.switches).toBeGreaterThan(50);
  });
});
