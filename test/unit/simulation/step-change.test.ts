import { expect, test } from 'vitest';
import { createRecord, type RequestRecord } from '../../../src/simulation/request-record.ts';
import { inStep, judgeStep } from '../../../src/simulation/step-change.ts';
import type { TimelinePoint } from '../../../src/simulation/timeline-points.ts';
import { createWorkload, type WorkloadOptions } from '../../../src/simulation/workload.ts';

const CHANGE = { afterMs: 10_000, forMs: 5000, times: 3 };

test('a steady stream is three times as dense for a while, and as before behind it', () => {
  const times = Array.from({ length: 41 }, (_, i) => inStep(1000 * i, CHANGE));
  const within = (from: number, to: number) => times.filter((at) => at > from && at <= to).length;
  expect([within(0, 10_000), within(10_000, 15_000), within(15_000, 25_000)]).toEqual([10, 15, 10]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('a workload of so many minutes has the additional requests within them', () => {
  const options: WorkloadOptions = {
    trace: null,
    arrivals: 'even',
    lengths: { prompt: { kind: 'constant', tokens: 8 }, output: { kind: 'constant', tokens: 8 } },
    rate: { kind: 'per-second', value: 2 },
    bursts: null,
    step: CHANGE,
    durationMs: 30_000,
    requests: null,
    tiers: [{ tier: 'default', share: 1 }],
    contextLength: 64,
    seed: 1,
  };
  const { arrivals, spanMs } = createWorkload(options);
  expect(spanMs).toBe(30_000);
  expect(arrivals).toHaveLength(2 * (25 + 15));
  expect(arrivals.at(-1)?.atMs).toBeLessThan(30_000);
});

interface Second {
  readonly tpot?: number | null;
  readonly bits?: number | null;
}

const QUIET: Second = { tpot: 0.5, bits: 8 };
const LOW: Second = { tpot: 0.9, bits: 4 };
const LATE: Second = { tpot: 1.1, bits: 8 };

const judge = (seconds: readonly Second[], records: readonly RequestRecord[] = []) => {
  const timeline = seconds.map(
    ({ tpot = null, bits = null }, i): TimelinePoint => ({
      seconds: i,
      arrivals: 0,
      tokens: 1,
      averageBits: bits,
      meanGapMs: null,
      p95GapMs: null,
      lateGapShare: null,
      p95TpotByTarget: tpot,
      p95TtftByTarget: null,
      switches: 0,
    }),
  );
  return judgeStep(CHANGE, records, timeline, { windowMs: 1000, rungs: 3 });
};
const before = Array.from({ length: 10 }, () => QUIET);
const calm = Array.from({ length: 10 }, () => QUIET);

test('protected is who is within the target for the rest of the rise', () => {
  const protectedIn = (during: readonly Second[]) => judge([...before, ...during, ...calm]).protectSeconds;
  expect(protectedIn([LOW, LOW, LOW, LOW, LOW])).toBe(0);
  expect(protectedIn([LATE, LOW, LOW, LOW, LOW])).toBe(1);
  expect(protectedIn([LATE, LOW, LATE, LOW, {}])).toBe(3);
  expect(protectedIn([LATE, LOW, LOW, LOW, LATE])).toBeNull();
});

test('late in one go counts windows during the rise that follow each other', () => {
  const lateFor = (during: readonly Second[]) =>
    judge([...before, ...during, LATE, ...calm]).longestLateSeconds;
  expect(lateFor([LOW, LOW, LOW, LOW, LOW])).toBe(0);
  expect(lateFor([LATE, LOW, LATE, LATE, LOW])).toBe(2);
  expect(lateFor([LOW, LOW, LOW, LOW, LATE])).toBe(1);
});

test('restored is who has the precision of before again, and keeps it', () => {
  const during = [LOW, LOW, LOW, LOW, LOW];
  const restoredIn = (after: readonly Second[]) => judge([...before, ...during, ...after]).restoreSeconds;
  expect(restoredIn(calm)).toBe(0);
  expect(restoredIn([LOW, LOW, ...calm])).toBe(2);
  expect(restoredIn([LOW, QUIET, QUIET, LOW, ...calm])).toBe(4);
  // A dip long after is another story.
  expect(restoredIn([LOW, ...calm, LOW])).toBe(1);
  expect(restoredIn([LOW, LOW])).toBeNull();
});

test('tells attainment by time of arrival, and the most switches in any minute', () => {
  const level = { tier: 'default', ttftMs: 100, tpotMs: 10, weight: 1 } as const;
  const record = (arrivedAtMs: number, ttftMs: number, switchedAtMs: number[] = []): RequestRecord => ({
    ...createRecord(arrivedAtMs, level),
    outcome: 'finished',
    firstTokenAtMs: arrivedAtMs + ttftMs,
    lastTokenAtMs: arrivedAtMs + ttftMs,
    tokens: 1,
    switchedAtMs,
  });
  const outcome = judge(before, [
    record(0, 50),
    record(10_000, 150, [2, 60_001, 60_002, 120_003]),
    record(14_999, 50),
    record(15_000, 150),
  ]);
  expect(outcome.attainment).toEqual({ before: 1, during: 0.5, after: 0 });
  expect(outcome.mostSwitchesPerMinute).toBe(3);
  expect(outcome.switchBound).toBeGreaterThan(10);
});
