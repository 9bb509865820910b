import { describe, expect, it } from 'vitest';
import { loadSchedule, type ScheduleOptions } from '../../../../src/bench/load/load-schedule.ts';

/** One request each second for a hundred seconds. */
const TRACE = Array.from({ length: 100 }, (_, i) => ({
  atMs: 1000 * i,
  promptTokens: 100 + i,
  outputTokens: 10,
}));

const options = (fields: Partial<ScheduleOptions>): ScheduleOptions => ({
  arrivals: 'poisson',
  gapVariation: 2,
  trace: null,
  speed: 1,
  lengthScale: 1,
  lengths: { prompt: { kind: 'constant', tokens: 7 }, output: { kind: 'uniform', from: 2, to: 9 } },
  warmupSeconds: 2,
  seconds: 8,
  tiers: null,
  contextLength: null,
  seed: 5,
  ...fields,
});

describe('a schedule', () => {
  it('has as many requests as the rate brings in warm-up and run, the same for a seed', () => {
    for (const arrivals of ['poisson', 'gamma', 'even'] as const) {
      const schedule = loadSchedule(options({ arrivals }), 3);
      expect([schedule.arrivals.length, schedule.spanMs]).toEqual([30, 10_000]);
      expect(loadSchedule(options({ arrivals }), 3)).toEqual(schedule);
    }
    const { arrivals } = loadSchedule(options({ arrivals: 'even' }), 4);
    expect(arrivals.slice(0, 3).map(({ atMs }) => atMs)).toEqual([0, 250, 500]);
  });

  it('takes a trace as it is, faster, and with other lengths', () => {
    const { arrivals, spanMs } = loadSchedule(
      options({ arrivals: 'trace', trace: TRACE, speed: 2, lengthScale: 0.5 }),
      null,
    );
    expect([arrivals.length, spanMs]).toEqual([20, 10_000]);
    expect(arrivals[3]).toMatchObject({ atMs: 1500, promptTokens: 52, outputTokens: 5 });
  });

  it('thins a trace to a rate', () => {
    const { arrivals, spanMs } = loadSchedule(options({ arrivals: 'trace', trace: TRACE, speed: 5 }), 2);
    // 50 requests in ten seconds, of which every second and third stays.
    expect([arrivals.length, spanMs]).toEqual([20, 10_000]);
    expect(arrivals[2]).toMatchObject({ atMs: 1000, promptTokens: 105 });
  });

  it('ends with its trace', () => {
    const { arrivals, spanMs } = loadSchedule(options({ arrivals: 'trace', trace: TRACE.slice(0, 5) }), null);
    expect([arrivals.length, spanMs]).toEqual([5, 5000]);
  });

  it('refuses a rate that the trace has not, and one that leaves nothing of it', () => {
    const traced = options({ arrivals: 'trace', trace: TRACE });
    expect(() => loadSchedule(traced, 3)).toThrow('hold 10 requests, fewer than the 30');
    expect(() => loadSchedule(traced, 0.1)).toThrow('--rate: 0.1 requests/s leave 1 of the trace');
    expect(() => loadSchedule(options({ arrivals: 'trace', trace: TRACE.slice(0, 2) }), null)).toThrow(
      '--warmup: the trace is over after 2.0 s',
    );
  });

  it('clips to the context', () => {
    const lengths = {
      prompt: { kind: 'constant', tokens: 100 },
      output: { kind: 'constant', tokens: 100 },
    } as const;
    const { arrivals, clippedPrompts } = loadSchedule(options({ lengths, contextLength: 64 }), 1);
    expect(arrivals[0]).toMatchObject({ promptTokens: 32, outputTokens: 32 });
    expect(clippedPrompts).toBe(10);
  });
});
