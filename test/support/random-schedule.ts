import fc from 'fast-check';
import { type EngineRequest, QueptError } from '../../src/core/index.ts';
import { createCeilingPolicy, type SchedulerOptions } from '../../src/scheduler/index.ts';
import { engineRequest, PIECES, SchedulerRig } from './scheduler-rig.ts';

export const CONTEXT = 24;
/** A prompt that begins with this token fails every pass it is in. */
export const POISON = 12;
const RUNGS = 4;

export interface Job {
  readonly request: EngineRequest;
  readonly arrivesAt: number;
  readonly cancel: null | { readonly at: number; readonly when: 'between' | 'during' };
}

export interface Schedule {
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

export const jobFields = fc.record({
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

export const schedules: fc.Arbitrary<Schedule> = fc.record({
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

export interface Played {
  readonly rig: SchedulerRig;
  /** Accepted ones, in order of submission. */
  readonly accepted: Job[];
  readonly refused: Job[];
}

export interface PlayOptions extends Partial<SchedulerOptions> {
  /** How long execution number `call` takes; no time when left out. */
  readonly passMs?: (call: number) => number;
}

export async function play(
  schedule: Schedule,
  promote: boolean,
  { passMs, ...options }: PlayOptions = {},
): Promise<Played> {
  const { slots, prefillChunk, maxBatch, maxWaiting, jobs } = schedule;
  const cancelDue = (when: 'between' | 'during'): void => {
    for (const { request, cancel } of jobs) {
      if (cancel?.when === when && cancel.at === rig.steps) rig.scheduler.cancel(request.id);
    }
  };
  const rig: SchedulerRig = new SchedulerRig(
    {
      shape: { vocabSize: PIECES.length, contextLength: CONTEXT, slots },
      during: (call) => {
        rig.clock.advance(passMs?.(call) ?? 0);
        cancelDue('during');
      },
      fault: (history, call) =>
        schedule.outages.includes(call) ? 'reject' : history[0] === POISON ? schedule.poisonKind : null,
    },
    {
      limits: { maxWaiting, prefillChunk, maxBatch },
      precisionPolicy: createCeilingPolicy({ promote }),
      ...options,
    },
  );
  const accepted: Job[] = [];
  const refused: Job[] = [];
  const lastArrival = Math.max(...jobs.map((job) => job.arrivesAt));
  for (let worked = true; worked || rig.steps <= lastArrival; ) {
    for (const job of jobs.filter(({ arrivesAt }) => arrivesAt === rig.steps)) {
      (submit(rig, job, maxWaiting) ? accepted : refused).push(job);
    }
    cancelDue('between');
    worked = await rig.step();
  }
  return { rig, accepted, refused };
}

function submit(rig: SchedulerRig, { request }: Job, maxWaiting: number): boolean {
  const { waiting } = rig.scheduler.snapshot();
  try {
    rig.scheduler.submit(request);
    return true;
  } catch (error) {
    if (!(error instanceof QueptError) || error.code !== 'overloaded') throw error;
    if (waiting < maxWaiting) throw new Error(`Refused with ${waiting} of ${maxWaiting} waiting.`);
    return false;
  }
}
