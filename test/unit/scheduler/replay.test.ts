import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EngineRequest, WITHOUT_TARGETS } from '../../../src/core/index.ts';
import {
  type BatchPolicy,
  createCeilingPolicy,
  createDeadlinePolicy,
  createLearnedCost,
  createSloPolicy,
  type DecisionLog,
  firstComePolicy,
  type PrecisionPolicy,
  type RecordedStep,
  replay,
  type StepPlan,
  StepReader,
} from '../../../src/scheduler/index.ts';
import { play, type Schedule, schedules } from '../../support/random-schedule.ts';
import { recordLines, stepsOf } from '../../support/recorded-lines.ts';
import { seededUniform } from '../../support/seeded-random.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

/** Rungs that hang on all that a view tells: predicted times, accounts, the clock and what a request has had. */
const sensitivePolicy: PrecisionPolicy = (view) => (request) => {
  const { floor, ceiling, account, generatedTokens, lastTokenAtMs, level } = request;
  const context = request.promptTokens - request.promptLeft + generatedTokens;
  const at = {
    phase: 'decode',
    rows: view.running.length,
    tokens: view.running.length,
    movedRows: 0,
  } as const;
  const ms = view.cost.stepMs({ ...at, rung: ceiling, contextTokens: context });
  const mood = ms * 1e6 + account.chargedMs * 1e3 + account.bitsLost + view.nowMs + (lastTokenAtMs ?? 0);
  return floor + (Math.floor(mood + level.weight) % (ceiling - floor + 1));
};

/** Owners, targets that are hard to keep, and a deadline that some requests will miss. */
function varied(request: EngineRequest, i: number): EngineRequest {
  return {
    ...request,
    owner: `owner${i % 3}`,
    level: { ...WITHOUT_TARGETS.level, ttftMs: 20, tpotMs: 4, weight: 1 + i },
    deadlines: { ...WITHOUT_TARGETS.deadlines, totalMs: i % 4 === 0 ? 30 : null },
  };
}

interface Recorded {
  readonly lines: string[];
  readonly steps: RecordedStep[];
  readonly plans: Omit<StepPlan, 'why'>[];
  readonly policies: { precisionPolicy: PrecisionPolicy; batchPolicy: BatchPolicy };
}

async function record(schedule: Schedule, seed: number): Promise<Recorded> {
  const uniform = seededUniform(seed);
  const cost = createLearnedCost(4, []);
  const { maxBatch, prefillChunk } = schedule;
  const { log: writer, lines } = recordLines({ prefillChunk, maxBatch }, cost);
  const plans: Omit<StepPlan, 'why'>[] = [];
  const both: DecisionLog = {
    record(view, rungOf, plan) {
      const { why: _, ...data } = plan;
      // A view without requests is not worth a line.
      if (view.running.length + view.waiting.length > 0) plans.push(structuredClone(data));
      writer.record(view, rungOf, plan);
    },
  };
  const policies =
    seed % 2 === 0
      ? { precisionPolicy: sensitivePolicy, batchPolicy: firstComePolicy }
      : { precisionPolicy: createSloPolicy(), batchPolicy: createDeadlinePolicy() };
  const jobs = schedule.jobs.map((job, i) => ({ ...job, request: varied(job.request, i) }));
  const options = { ...policies, cost, decisions: both, passMs: () => 1 + 4 * uniform() };
  await play({ ...schedule, jobs }, false, options);
  return { lines, steps: stepsOf(lines), plans, policies };
}

describe('a recorded run', () => {
  it('[O1] replays to the identical sequence of plans', async () => {
    let plansSeen = 0;
    let expired = 0;
    await fc.assert(
      fc.asyncProperty(schedules, fc.nat(), async (schedule, seed) => {
        const { steps, plans, policies } = await record(schedule, seed);
        expect(steps.map(({ plan }) => plan)).toEqual(plans);
        expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i));
        expect(replay(steps, policies)).toBeNull();
        plansSeen += plans.filter(({ decode }) => decode.length > 0).length;
        expired += plans.filter(({ expire }) => expire.length > 0).length;
      }),
      { numRuns: 80, seed: 1 },
    );
    expect(plansSeen).toBeGreaterThan(500);
    expect(expired).toBeGreaterThan(10);
  });

  it('tells the first step that other policies plan differently, and both plans', async () => {
    let differences = 0;
    await fc.assert(
      fc.asyncProperty(schedules, fc.nat(), async (schedule, seed) => {
        const { steps, policies } = await record(schedule, seed);
        const ceiling = createCeilingPolicy({ promote: false });
        const difference = replay(steps, { ...policies, precisionPolicy: ceiling });
        if (difference === null) return;
        differences++;
        expect(steps[difference.step]?.plan).toBe(difference.recorded);
        expect(difference.replayed).not.toEqual(difference.recorded);
        expect(replay(steps.slice(0, difference.step), { ...policies, precisionPolicy: ceiling })).toBeNull();
      }),
      { numRuns: 50, seed: 2 },
    );
    expect(differences).toBeGreaterThan(10);
  });

  it('does not say again what has not changed, and starts anew with every header', async () => {
    const schedule = fc.sample(schedules, { seed: 3, numRuns: 1 })[0] as Schedule;
    const { lines, steps, policies } = await record(schedule, 1);
    expect(lines.filter((line) => line.includes('"promptTokens"')).length).toBeLessThan(steps.length);
    const twice = stepsOf([...lines, ...lines]);
    expect(twice).toHaveLength(2 * steps.length);
    expect(replay(twice, policies)).toBeNull();
    expect(() => stepsOf([lines[0], ...lines.slice(2)] as string[])).toThrow('has not been introduced');
  });

  it('refuses what is no recording, and says why', () => {
    const header = {
      recording: 1,
      policy: 'slo',
      batching: 'deadline',
      ladder: steppedLadder(2),
      limits: {},
    };
    const read = (value: unknown) => () =>
      new StepReader().read(typeof value === 'string' ? value : JSON.stringify(value));
    expect(read(header)()).toMatchObject({ kind: 'start', header: { policy: 'slo' } });
    expect(read('{"step":')).toThrow('not JSON');
    expect(read('[1]')).toThrow('not an object');
    expect(read({ step: 0 })).toThrow('--record');
    expect(read({ ...header, recording: 2 })).toThrow('of version 2');
    expect(read({ ...header, policy: 'toString' })).toThrow('no such policy: toString');
    expect(read({ ...header, batching: 'x' })).toThrow('no such batching: x');
    expect(read({ ...header, ladder: [] })).toThrow('no ladder');
  });
});
