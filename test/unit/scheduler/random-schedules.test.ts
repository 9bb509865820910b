import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EngineRequest, QueptError } from '../../../src/core/index.ts';
import { createCeilingPolicy } from '../../../src/scheduler/index.ts';
import { naiveStopCut } from '../../support/naive-stop-cut.ts';
import { END_TOKEN, engineRequest, PIECES, pieceDecoder, SchedulerRig } from '../../support/scheduler-rig.ts';

const CONTEXT = 24;
/** A prompt that begins with this token fails every pass it is in. */
const POISON = 12;
const RUNGS = 4;

interface Job {
  readonly request: EngineRequest;
  readonly arrivesAt: number;
  readonly cancel: null | { readonly at: number; readonly when: 'between' | 'during' };
}

interface Schedule {
  readonly slots: number;
  readonly prefillChunk: number;
  readonly maxBatch: number;
  readonly maxWaiting: number;
  readonly jobs: readonly Job[];
  /** Executions that reject, whoever is in them. */
  readonly outages: readonly number[];
  readonly poisonKind: 'reject' | 'nan';
}

const token = fc.integer({ min: 1, max: PIECES.length - 1 });

const jobFields = fc.record({
  prompt: fc.array(token, { minLength: 1, maxLength: 14 }),
  maxTokens: fc.integer({ min: 1, max: 12 }),
  temperature: fc.constantFrom(0, 0.7, 2),
  topP: fc.constantFrom(1, 0.8),
  seed: fc.integer({ min: -9, max: 9 }),
  presencePenalty: fc.constantFrom(0, 0, 3),
  stop: fc.array(fc.constantFrom('ab', 'abc', 'b', 'c a', '😀', 'bcb'), { maxLength: 2 }),
  rungs: fc.tuple(fc.integer({ min: 0, max: RUNGS - 1 }), fc.integer({ min: 0, max: RUNGS - 1 })),
  arrivesAt: fc.integer({ min: 0, max: 25 }),
  cancel: fc.option(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      when: fc.constantFrom('between' as const, 'during' as const),
    }),
    { freq: 4 },
  ),
});

const schedules: fc.Arbitrary<Schedule> = fc.record({
  slots: fc.integer({ min: 1, max: 4 }),
  prefillChunk: fc.integer({ min: 1, max: 6 }),
  maxBatch: fc.integer({ min: 1, max: 4 }),
  maxWaiting: fc.integer({ min: 1, max: 10 }),
  outages: fc.oneof(fc.constant([]), fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 12 })),
  poisonKind: fc.constantFrom('reject' as const, 'nan' as const),
  jobs: fc.array(jobFields, { minLength: 1, maxLength: 9 }).map((all) =>
    all.map((job, i): Job => {
      const { temperature, topP, seed, presencePenalty } = job;
      return {
        arrivesAt: job.arrivesAt,
        cancel: job.cancel,
        request: engineRequest(`r${i}`, {
          promptTokens: Int32Array.from(job.prompt),
          maxTokens: job.maxTokens,
          stop: job.stop,
          floor: Math.min(...job.rungs),
          ceiling: Math.max(...job.rungs),
          sampling: {
            ...engineRequest('').sampling,
            temperature,
            topP,
            seed,
            presencePenalty,
          },
        }),
      };
    }),
  ),
});

interface Played {
  readonly rig: SchedulerRig;
  /** Accepted ones, in order of submission. */
  readonly accepted: Job[];
  readonly refused: Job[];
}

async function play(schedule: Schedule, promote: boolean): Promise<Played> {
  const { slots, prefillChunk, maxBatch, maxWaiting, jobs } = schedule;
  const cancelDue = (when: 'between' | 'during'): void => {
    for (const { request, cancel } of jobs) {
      if (cancel?.when === when && cancel.at === rig.steps) rig.scheduler.cancel(request.id);
    }
  };
  const rig: SchedulerRig = new SchedulerRig(
    {
      shape: { vocabSize: PIECES.length, contextLength: CONTEXT, slots },
      during: () => cancelDue('during'),
      fault: (history, call) =>
        schedule.outages.includes(call) ? 'reject' : history[0] === POISON ? schedule.poisonKind : null,
    },
    { limits: { maxWaiting, prefillChunk, maxBatch }, precisionPolicy: createCeilingPolicy({ promote }) },
  );
  const accepted: Job[] = [];
  const refused: Job[] = [];
  const lastArrival = Math.max(...jobs.map((job) => job.arrivesAt));
  for (let worked = true; worked || rig.steps <= lastArrival; ) {
    for (const job of jobs.filter(({ arrivesAt }) => arrivesAt === rig.steps)) {
      (submit(rig, job) ? accepted : refused).push(job);
    }
    cancelDue('between');
    worked = await rig.step();
  }
  return { rig, accepted, refused };
}

function submit(rig: SchedulerRig, { request }: Job): boolean {
  const before = rig.scheduler.snapshot();
  try {
    rig.scheduler.submit(request);
    return true;
  } catch (error) {
    if (!(error instanceof QueptError) || error.code !== 'overloaded') throw error;
    // Refused for a full queue only: nothing may be refused while there is room.
    expect(before.waiting).toBeGreaterThan(0);
    return false;
  }
}

/** Invariants that hold whatever fails and whatever the policy chooses. */
function checkInvariants({ slots, jobs, maxWaiting, outages }: Schedule, { rig, accepted, refused }: Played) {
  expect(rig.runner.breaches).toEqual([]);
  expect(rig.runner.slotsInUse).toBe(0);
  expect(rig.scheduler.snapshot()).toMatchObject({
    running: 0,
    waiting: 0,
    prefillTokensPending: 0,
    freeSlots: slots,
    kvTokensUsed: 0,
    unhealthy: null,
  });
  expect(accepted.length + refused.length).toBe(jobs.length);
  if (maxWaiting >= jobs.length) expect(refused).toEqual([]);
  for (const { request } of refused) expect(rig.outcomes.has(request.id)).toBe(false);
  for (const { request, cancel } of accepted) {
    const { tokens, terminals, tokenSteps } = rig.of(request.id);
    expect(terminals).toHaveLength(1);
    const end = rig.endOf(request.id);
    if (end === 'cancelled') expect(cancel).not.toBeNull();
    if (request.promptTokens[0] === POISON) expect(['cancelled', 'failed:internal_error']).toContain(end);
    else if (outages.length === 0) expect(['stop', 'length', 'cancelled']).toContain(end);
    for (const { rung } of tokens) {
      expect(rung).toBeGreaterThanOrEqual(request.floor);
      expect(rung).toBeLessThanOrEqual(request.ceiling);
    }
    // Once it decodes, a request gets a token in every step, whatever else is in the house.
    tokenSteps.forEach((step, i) => {
      expect(step).toBe((tokenSteps[0] ?? 0) + i);
    });
    for (const stop of request.stop) expect(rig.textOf(request.id)).not.toContain(stop);
    const last = terminals[0];
    if (last?.type !== 'finished') continue;
    expect(last.usage.completionTokens).toBe(tokens.length);
    expect(last.precision.configs.reduce((sum, config) => sum + config.tokens, 0)).toBe(tokens.length);
  }
}

/** One prompt at a time and first come, first served: first tokens come in order of arrival, one a step. */
function checkOrder({ rig, accepted }: Played): void {
  const firsts = accepted.flatMap(({ request }) => rig.of(request.id).tokenSteps.slice(0, 1));
  expect(firsts).toEqual([...new Set(firsts)].sort((a, b) => a - b));
}

/** The request alone, in an untroubled scheduler that runs its prompt in one chunk. */
async function alone(request: EngineRequest): Promise<SchedulerRig> {
  const rig = new SchedulerRig(
    { shape: { vocabSize: PIECES.length, contextLength: CONTEXT, slots: 1 } },
    { limits: { maxWaiting: 1, prefillChunk: CONTEXT, maxBatch: 1 } },
  );
  rig.scheduler.submit(request);
  await rig.runToEnd();
  return rig;
}

async function checkAgainstAlone(played: Played, comparable: (request: EngineRequest) => boolean) {
  for (const { request } of played.accepted) {
    if (!comparable(request)) continue;
    const { rig } = played;
    const single = await alone(request);
    if (['stop', 'length'].includes(rig.endOf(request.id))) {
      expect(rig.of(request.id).tokens).toEqual(single.of(request.id).tokens);
      expect(rig.of(request.id).terminals).toEqual(single.of(request.id).terminals);
    } else {
      const count = rig.of(request.id).tokens.length;
      expect(rig.of(request.id).tokens).toEqual(single.of(request.id).tokens.slice(0, count));
    }
  }
}

describe('random schedules', () => {
  it('keep every invariant and give each request what it gets alone', async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const played = await play(schedule, false);
        checkInvariants(schedule, played);
        checkOrder(played);
        await checkAgainstAlone(played, () => true);
        for (const { request } of played.accepted) {
          const end = played.rig.endOf(request.id);
          ends.set(end, (ends.get(end) ?? 0) + 1);
        }
        ends.set('refused', (ends.get('refused') ?? 0) + played.refused.length);
      }),
      { numRuns: 2000, seed: 1 },
    );
    // The schedules must reach every way to end, or they prove little.
    for (const end of ['stop', 'length', 'cancelled', 'failed:internal_error', 'refused']) {
      expect(ends.get(end) ?? 0).toBeGreaterThan(100);
    }
  });

  it('with promotion keep every invariant, and pinned requests get what they get alone', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const played = await play(schedule, true);
        checkInvariants(schedule, played);
        checkOrder(played);
        await checkAgainstAlone(played, (request) => request.floor === request.ceiling);
      }),
      { numRuns: 1000, seed: 2 },
    );
  });

  it('finish within the steps that the work takes', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const { rig } = await play({ ...schedule, outages: [] }, false);
        // Each step either runs a chunk or, with no prompt left that holds a slot, decodes everyone in the house.
        const work = schedule.jobs.map(
          ({ request }) => Math.ceil(request.promptTokens.length / schedule.prefillChunk) + request.maxTokens,
        );
        expect(rig.steps).toBeLessThanOrEqual(26 + work.reduce((sum, steps) => sum + steps, 0));
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('stop strings cut the text that the request gives without them', async () => {
    const stops = fc.array(fc.constantFrom('ab', 'bc', 'b', 'a', 'abab', ' ', 'é', '😀', 'ca b'), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(jobFields, stops, async ({ prompt, seed }, stop) => {
        const sampling = { ...engineRequest('').sampling, temperature: 3, seed };
        const base = engineRequest('r', { promptTokens: Int32Array.from(prompt), maxTokens: 10, sampling });
        const free = await alone(base);
        const cut = await alone({ ...base, stop });
        const stream = pieceDecoder().createTextStream();
        const full =
          free
            .of('r')
            .tokens.map(({ tokenId }) => stream.push(tokenId))
            .join('') + stream.flush();
        expect(free.textOf('r')).toBe(full);
        expect(cut.textOf('r')).toBe(naiveStopCut(full, stop).text);
        expect(cut.of('r').tokens.every(({ tokenId }) => tokenId !== END_TOKEN)).toBe(true);
      }),
      { numRuns: 1000, seed: 4 },
    );
  });
});
