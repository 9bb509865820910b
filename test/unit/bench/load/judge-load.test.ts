import { describe, expect, it } from 'vitest';
import { type JudgedLoad, judgeLoad } from '../../../../src/bench/load/judge-load.ts';
import { type LoadOutcome, type LoadRecord, OUTCOMES } from '../../../../src/bench/load/load-record.ts';
import { loadRecord } from '../../../support/load-record.ts';

const LADDER = [
  { id: 'q4', averageBits: 4, weight: 0.5 },
  { id: 'q8', averageBits: 8, weight: 0.9 },
];

function judge(records: readonly LoadRecord[], fields: Partial<JudgedLoad> = {}) {
  return judgeLoad({
    records,
    rate: 1,
    warmupMs: 0,
    spanMs: 10_000,
    targets: { all: { ttftMs: 150, tpotMs: 20 }, byTier: {} },
    ladder: null,
    ...fields,
  });
}

const served = (configs: Readonly<Record<string, number>>) => {
  const list = Object.entries(configs).map(([id, tokens]) => ({ id, tokens }));
  const tokens = list.reduce((sum, config) => sum + config.tokens, 0);
  const bits = list.reduce((sum, { id, tokens: n }) => sum + n * Number(id.slice(1)), 0);
  return { average_bits: bits / tokens, configs: list, switches: list.length - 1 };
};

describe('goodput', () => {
  it('[B3] is of requests that met both targets, by the time in which all were due', () => {
    const run = judge([
      loadRecord(),
      loadRecord({ textAtMs: [151, 160, 170, 180] }), // late at first
      loadRecord({ textAtMs: [100, 130, 150, 161] }), // 20.3 ms per token
      loadRecord({ textAtMs: [150, 170, 190, 210] }), // just within both
    ]);
    expect(run).toMatchObject({ scheduled: 4, met: 2, attainment: 0.5, goodput: 0.2 });
    expect([run.ttftAttainment, run.tpotAttainment]).toEqual([0.75, 0.75]);
  });

  it.each(OUTCOMES.filter((outcome) => outcome !== 'completed'))(
    '[B3] counts what was %s among the requests, as missed, however fast it began',
    (outcome: LoadOutcome) => {
      const run = judge([loadRecord(), loadRecord({ outcome, fault: 'why' })]);
      expect(run).toMatchObject({ scheduled: 2, met: 1, attainment: 0.5, ttftAttainment: 0.5 });
      expect(run.outcomes).toMatchObject({ completed: 1, [outcome]: 1 });
      expect(run.faults).toEqual({ [`${outcome}: why`]: 1 });
    },
  );

  it('[B2] counts times from when a request was due, however late it was sent', () => {
    const run = judge([
      loadRecord({ due: { atMs: 1000 }, sentAtMs: 1040, textAtMs: [1160, 1170, 1180, 1190] }),
    ]);
    expect(run).toMatchObject({ met: 0, ttftMs: { p50: 160 }, tpotMs: { p50: 10 }, lagMs: { max: 40 } });
  });

  it('leaves out the warm-up, but for what it still brings behind its end', () => {
    const warm = loadRecord({
      due: { atMs: 900 },
      textAtMs: [950, 1050, 1100, 1150],
      endedAtMs: 1150,
    });
    const run = judge([warm, loadRecord({ due: { atMs: 1000 }, textAtMs: [1300] })], { warmupMs: 1000 });
    expect(run).toMatchObject({ scheduled: 1, seconds: 9, warmupSeconds: 1, met: 0 });
    // Three chunks of the one and the four tokens of the other came in the nine seconds.
    expect(run.outputTokensPerSecond).toBeCloseTo(7 / 9, 12);
    expect(run.completedPerSecond).toBeCloseTo(2 / 9, 12);
  });

  it('asks nothing where there is no target, and of one token no time per token', () => {
    const slow = loadRecord({ textAtMs: [9000], outputTokens: 1 });
    expect(judge([slow], { targets: { all: { ttftMs: null, tpotMs: 1 }, byTier: {} } }).met).toBe(1);
  });

  it('has targets by tier', () => {
    const targets = {
      all: { ttftMs: 150, tpotMs: 20 },
      byTier: { flex: { ttftMs: 1000, tpotMs: null }, priority: { ttftMs: 50, tpotMs: 20 } },
    };
    const tiers = (['priority', 'default', 'flex'] as const).map((tier) => loadRecord({ due: { tier } }));
    const run = judge(
      [...tiers, loadRecord({ due: { tier: 'flex' }, textAtMs: [900, 1900], servedTier: 'default' })],
      { targets },
    );
    expect(run.tiers.map(({ tier, scheduled, met }) => [tier, scheduled, met])).toEqual([
      ['priority', 1, 0],
      ['default', 1, 1],
      ['flex', 2, 2],
    ]);
    expect(run.tiers[2]).toMatchObject({ targets: targets.byTier.flex, servedAs: { untold: 1, default: 1 } });
  });
});

describe('quality', () => {
  it('weighs each request that met its targets by its own tokens', () => {
    const run = judge(
      [
        loadRecord({ precision: served({ q4: 1, q8: 3 }) }), // 0.8
        loadRecord({ precision: served({ q4: 4 }) }), // 0.5
        loadRecord({ precision: served({ q8: 4 }), textAtMs: [500, 510] }), // late
        loadRecord({ precision: null }), // 1
      ],
      { ladder: LADDER },
    );
    expect(run.goodput).toBeCloseTo(0.3, 12);
    expect(run.qualityWeightedGoodput).toBeCloseTo((0.8 + 0.5 + 1) / 10, 12);
    expect(run.averageBits).toBeCloseTo((4 * 5 + 8 * 7) / 12, 12);
    expect(run.precision).toMatchObject({
      switches: 1,
      configs: [
        { id: 'q4', tokens: 5, weight: 0.5 },
        { id: 'q8', tokens: 7, weight: 0.9 },
      ],
    });
  });

  it('is 1 for a server that tells no precision', () => {
    const run = judge([loadRecord()]);
    expect(run).toMatchObject({ precision: null, averageBits: null, qualityWeight: 1 });
    expect(run.qualityWeightedGoodput).toBe(run.goodput);
  });
});

describe('times and tokens', () => {
  it('take first tokens of all, times per token of completed answers, and all gaps', () => {
    const run = judge([
      loadRecord({ outcome: 'unfinished', textAtMs: [200, 230], outputTokens: 2, countedBy: 'chunks' }),
      loadRecord({ textAtMs: [100, 130], outputTokens: 4 }),
    ]);
    expect(run.ttftMs).toMatchObject({ count: 2, p50: 150 });
    // Two chunks, but four tokens.
    expect(run.tpotMs).toMatchObject({ count: 1, p50: 10 });
    expect(run.itlMs).toMatchObject({ count: 2, p50: 30 });
  });

  it('say who counted, and what fell short of what was asked for', () => {
    const run = judge([
      loadRecord({ due: { outputTokens: 9, promptTokens: 10 } }),
      loadRecord({ countedBy: 'chunks', promptTokens: null, cachedTokens: null }),
    ]);
    expect(run.tokens).toEqual({
      output: 8,
      countedBy: 'both',
      askedOutputMean: 6.5,
      outputMean: 4,
      askedPromptMean: 9,
      promptMean: 8,
      cachedMean: 0,
      shorterThanAsked: 1,
    });
  });
});

describe('the course of a run', () => {
  it('tells by window what was due, what ended, what was under way, and at which bits', () => {
    const run = judge([
      loadRecord({
        due: { atMs: 250 },
        sentAtMs: 250,
        textAtMs: [400, 600],
        outputTokens: 4,
        endedAtMs: 1000,
        precision: served({ q4: 2, q8: 2 }),
      }),
      loadRecord({ due: { atMs: 9_900 }, textAtMs: [10_200], outputTokens: 1, endedAtMs: 10_400 }),
      loadRecord({ outcome: 'dropped', sentAtMs: null, textAtMs: [], outputTokens: 0, endedAtMs: 0 }),
    ]);
    const { windowSeconds, points } = run.timeline;
    expect([windowSeconds, points.length]).toEqual([0.5, 21]);
    expect(points[0]).toEqual({
      seconds: 0,
      scheduledPerSecond: 4,
      completedPerSecond: 0,
      tokensPerSecond: 4,
      underWay: 0.5,
      averageBits: 6,
      meanTtftMs: 150,
    });
    expect(points[1]).toMatchObject({ underWay: 1, tokensPerSecond: 4, averageBits: 6, meanTtftMs: null });
    expect(points[2]).toMatchObject({ completedPerSecond: 2, underWay: 0, averageBits: null });
    expect(points[20]).toMatchObject({ seconds: 10, completedPerSecond: 2, tokensPerSecond: 2 });
    expect(run.concurrency.max).toBe(1);
    // 750 ms of the first and the last 100 ms of the ten seconds.
    expect(run.concurrency.mean).toBeCloseTo(0.085, 12);
  });
});
