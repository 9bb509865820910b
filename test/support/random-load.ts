import fc from 'fast-check';
import { type EngineRequest, SERVICE_TIERS } from '../../src/core/index.ts';
import type { BatchPolicy, PrecisionPolicy, PrefixCacheOptions } from '../../src/scheduler/index.ts';
import { LinearCost, MEASURED_MS } from './linear-cost.ts';
import { engineRequest, PIECES, SchedulerRig } from './scheduler-rig.ts';

const CONTEXT = 24;
const RUNGS = 4;
const COSTS = [
  MEASURED_MS,
  // Low precision is no faster, or slower.
  { pass: [5, 5, 5, 5], row: [1, 1, 1, 1], token: [1, 1, 1, 1] },
  { pass: [9, 4, 5, 6], row: [1, 2, 1, 2], token: [3, 1, 2, 1] },
];

interface LoadJob {
  readonly request: EngineRequest;
  readonly atMs: number;
  readonly cancel: null | { readonly atMs: number; readonly when: 'between' | 'during' };
}

export interface Load {
  readonly slots: number;
  readonly prefillChunk: number;
  readonly maxBatch: number;
  readonly cost: LinearCost;
  /** Executions that reject. */
  readonly outages: readonly number[];
  readonly jobs: readonly LoadJob[];
}

const maybe = (min: number, max: number): fc.Arbitrary<number | null> =>
  fc.option(fc.integer({ min, max }), { freq: 2 });
const rung = fc.integer({ min: 0, max: RUNGS - 1 });
const millis = fc.integer({ min: 0, max: 400 });

const jobFields = fc.record({
  prompt: fc.array(fc.integer({ min: 1, max: PIECES.length - 1 }), { minLength: 1, maxLength: 12 }),
  maxTokens: fc.integer({ min: 1, max: 12 }),
  rungs: fc.tuple(rung, rung),
  tier: fc.constantFrom(...SERVICE_TIERS),
  owner: fc.constantFrom('a', 'b', 'c'),
  weight: fc.constantFrom(1, 4),
  ttftMs: maybe(1, 400),
  tpotMs: maybe(2, 60),
  deadlines: fc.record({ queueMs: maybe(20, 600), firstTokenMs: maybe(20, 600), totalMs: maybe(20, 900) }),
  atMs: millis,
  cancel: fc.option(
    fc.record({ atMs: millis, when: fc.constantFrom('between' as const, 'during' as const) }),
    { freq: 5 },
  ),
});

export const loads: fc.Arbitrary<Load> = fc.record({
  slots: fc.integer({ min: 1, max: 5 }),
  prefillChunk: fc.integer({ min: 1, max: 8 }),
  maxBatch: fc.integer({ min: 1, max: 5 }),
  cost: fc.constantFrom(...COSTS.map((ms) => new LinearCost(ms))),
  outages: fc.oneof(fc.constant([]), fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 8 })),
  jobs: fc.array(jobFields, { minLength: 1, maxLength: 12 }).map((all) =>
    all.map(
      (job, i): LoadJob => ({
        atMs: job.atMs,
        cancel: job.cancel,
        request: engineRequest(`r${i}`, {
          promptTokens: Int32Array.from(job.prompt),
          maxTokens: job.maxTokens,
          floor: Math.min(...job.rungs),
          ceiling: Math.max(...job.rungs),
          level: {
            tier: job.tier,
            ttftMs: job.ttftMs ?? Number.POSITIVE_INFINITY,
            tpotMs: job.tpotMs ?? Number.POSITIVE_INFINITY,
            weight: job.weight,
          },
          deadlines: job.deadlines,
          owner: job.owner,
        }),
      }),
    ),
  ),
});

export interface PlayedLoad {
  readonly rig: SchedulerRig;
  readonly arrivedAtMs: ReadonlyMap<string, number>;
  /** Of each token: when it left, and when the step was planned that it came from. */
  readonly tokens: ReadonlyMap<
    string,
    { readonly atMs: number; readonly plannedAtMs: number; readonly rung: number }[]
  >;
}

/** Plays a load on a virtual clock that moves by what passes cost, and by a millisecond a step beside. */
export async function playLoad(
  load: Load,
  precisionPolicy: PrecisionPolicy,
  batchPolicy: BatchPolicy,
  prefixCache: PrefixCacheOptions = { sharing: 'off' },
): Promise<PlayedLoad> {
  const { slots, prefillChunk, maxBatch, cost, jobs, outages } = load;
  const arrivedAtMs = new Map<string, number>();
  const tokens = new Map<string, { atMs: number; plannedAtMs: number; rung: number }[]>();
  let plannedAtMs = 0;
  const cancelDue = (when: 'between' | 'during'): void => {
    for (const { request, cancel } of jobs) {
      if (cancel?.when === when && cancel.atMs <= rig.clock.now()) rig.scheduler.cancel(request.id);
    }
  };
  const rig: SchedulerRig = new SchedulerRig(
    {
      shape: { vocabSize: PIECES.length, contextLength: CONTEXT, slots },
      during: (call) => {
        const batch = rig.runner.batches[call];
        const count = batch?.rows.reduce((sum, row) => sum + row.tokens.length, 0) ?? 0;
        const rows = batch?.rows.length ?? 0;
        rig.clock.advance(
          cost.stepMs({
            phase: count > rows ? 'prefill' : 'decode',
            rung: Number(batch?.config.slice(1)) / 2 - 1,
            rows,
            tokens: count,
            contextTokens: 0,
            movedRows: 0,
          }),
        );
        cancelDue('during');
      },
      fault: (_, call) => (outages.includes(call) ? 'reject' : null),
    },
    {
      limits: { maxWaiting: 100, prefillChunk, maxBatch },
      prefixCache,
      precisionPolicy,
      batchPolicy: (view, rungOf) => {
        plannedAtMs = view.nowMs;
        return batchPolicy(view, rungOf);
      },
      cost,
      onEvent: (event) => {
        if (event.type !== 'token') return;
        const list = tokens.get(event.requestId) ?? [];
        list.push({ atMs: rig.clock.now(), plannedAtMs, rung: event.rung });
        tokens.set(event.requestId, list);
      },
    },
  );
  let pending = jobs.toSorted((a, b) => a.atMs - b.atMs);
  for (;;) {
    const nowMs = rig.clock.now();
    for (const { request } of pending.filter(({ atMs }) => atMs <= nowMs)) {
      arrivedAtMs.set(request.id, nowMs);
      rig.scheduler.submit(request);
    }
    pending = pending.filter(({ atMs }) => atMs > nowMs);
    cancelDue('between');
    if (await rig.step()) continue;
    if (pending[0] === undefined) return { rig, arrivedAtMs, tokens };
    rig.clock.advance(Math.max(0, pending[0].atMs - rig.clock.now()));
  }
}
