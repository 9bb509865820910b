import { describe, expect, it } from 'vitest';
import { WITHOUT_TARGETS } from '../../../src/core/index.ts';
import {
  createLearnedCost,
  type PrecisionPolicy,
  StatisticsCollector,
} from '../../../src/scheduler/index.ts';
import { engineRequest, SchedulerRig, scripted } from '../../support/scheduler-rig.ts';

const flex = { ...WITHOUT_TARGETS.level, tier: 'flex' as const };

/** Everyone at `rung`, for a stated cause; one pass takes three milliseconds. */
function rig(choose: { rung: number; cause?: 'load' }, slots = 1) {
  const statistics = new StatisticsCollector();
  const precisionPolicy: PrecisionPolicy = () =>
    Object.assign(() => choose.rung, choose.cause === undefined ? {} : { cause: choose.cause });
  const shape = { vocabSize: 13, contextLength: 32, slots };
  const made: SchedulerRig = new SchedulerRig(
    { ...scripted([1, 1, 1, 1, 1, 1]), shape, during: () => made.clock.advance(3) },
    { statistics, precisionPolicy, cost: createLearnedCost(4, []) },
  );
  return { rig: made, statistics };
}

describe('statistics of steps', () => {
  it('tell each pass once, with what was predicted before it ran', async () => {
    const { rig: made, statistics } = rig({ rung: 2 });
    made.scheduler.submit(engineRequest('a', { maxTokens: 3, floor: 0, ceiling: 3 }));
    await made.step();
    expect(statistics.take().batches).toEqual([
      { phase: 'prefill', rung: 2, ms: 3, wholeMs: 3, predictedMs: 0 },
    ]);
    await made.step();
    const [pass] = statistics.take().batches;
    expect(pass).toMatchObject({ phase: 'decode', rung: 2, ms: 3 });
    await made.step();
    expect(statistics.take().batches[0]?.predictedMs).toBeGreaterThan(0);
    expect(statistics.take()).toEqual({
      batches: [],
      switches: [],
      ended: [],
    });
  });

  it('tell switches between tokens with their cause, and none for a first token', async () => {
    const choose: { rung: number; cause?: 'load' } = { rung: 3 };
    const { rig: made, statistics } = rig(choose);
    made.scheduler.submit(engineRequest('a', { maxTokens: 5, floor: 0, ceiling: 3 }));
    await made.step();
    await made.step();
    expect(statistics.take().switches).toEqual([]);
    expect(made.scheduler.snapshot().belowCeiling).toEqual({ priority: 0, default: 0, flex: 0 });
    choose.rung = 1;
    choose.cause = 'load';
    await made.step();
    expect(statistics.take().switches).toEqual([{ from: 3, to: 1, cause: 'load' }]);
    expect(made.scheduler.snapshot().belowCeiling).toEqual({ priority: 0, default: 1, flex: 0 });
    delete choose.cause;
    choose.rung = 2;
    await made.step();
    await made.step();
    expect(statistics.take().switches).toEqual([{ from: 1, to: 2, cause: 'policy' }]);
  });

  it('tell where the time of each ended request went', async () => {
    const { rig: made, statistics } = rig({ rung: 2 });
    made.scheduler.submit(engineRequest('a', { maxTokens: 3 }));
    made.scheduler.submit(engineRequest('b', { maxTokens: 1, level: flex }));
    made.scheduler.submit(engineRequest('c'));
    await made.step();
    made.clock.advance(10);
    made.scheduler.cancel('c');
    await made.runToEnd();
    // A step takes one millisecond before its pass, and three in it.
    expect(statistics.take().ended).toEqual([
      { requestId: 'c', tier: 'default', queueMs: 14, prefillMs: null, decodeMs: null },
      { requestId: 'a', tier: 'default', queueMs: 1, prefillMs: 3, decodeMs: 18 },
      { requestId: 'b', tier: 'flex', queueMs: 23, prefillMs: 3, decodeMs: 0 },
    ]);
  });
});
