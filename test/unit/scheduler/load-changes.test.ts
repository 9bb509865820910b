import { describe, expect, it } from 'vitest';
import type { EngineRequest, ServiceTier } from '../../../src/core/index.ts';
import {
  createFixedPolicy,
  createLoadThresholdPolicy,
  createSloPolicy,
  mostSwitches,
  type PrecisionPolicy,
  SWITCH_LIMITS,
} from '../../../src/scheduler/index.ts';
import { MEASURED_MS } from '../../support/linear-cost.ts';
import { seededUniform } from '../../support/seeded-random.ts';
import {
  type Arrival,
  attained,
  job,
  type Life,
  switchesOf,
  TimedRig,
  tpotMs,
} from '../../support/timed-rig.ts';

const TOP = 3;
/** Twice the batch-1 step at the top. */
const TPOT_MS = 2 * 10.1;
const FACTOR: Record<ServiceTier, number> = { priority: 0.5, default: 1, flex: 5 };

function targeted(
  id: string,
  promptTokens: number,
  outputTokens: number,
  tier: ServiceTier = 'default',
): EngineRequest {
  const prefillMs = (MEASURED_MS.pass[TOP] ?? 0) + (MEASURED_MS.token[TOP] ?? 0) * promptTokens;
  return job(id, promptTokens, outputTokens, {
    level: {
      tier,
      ttftMs: FACTOR[tier] * (3 * prefillMs + 200),
      tpotMs: FACTOR[tier] * TPOT_MS,
      weight: 1,
    },
  });
}

/** Requests of 20 to 80 prompt and 30 to 90 output tokens, evenly spaced but for a jitter of half a gap. */
function stream(
  fromMs: number,
  toMs: number,
  perSecond: number,
  seed: number,
  tier?: ServiceTier,
): Arrival[] {
  const random = seededUniform(seed);
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const gapMs = 1000 / perSecond;
  const arrivals: Arrival[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += gapMs) {
    const id = `${tier ?? 'default'}-${seed}-${arrivals.length}`;
    const request = targeted(id, between(20, 80), between(30, 90), tier);
    arrivals.push({ atMs: atMs + (random() * gapMs) / 2, request });
  }
  return arrivals;
}

const merged = (...streams: Arrival[][]): Arrival[] => streams.flat().sort((a, b) => a.atMs - b.atMs);

async function play(
  precisionPolicy: PrecisionPolicy,
  arrivals: readonly Arrival[],
  untilMs?: number,
): Promise<TimedRig> {
  const rig = new TimedRig({ precisionPolicy });
  await rig.play(arrivals, untilMs);
  expect(rig.faults).toEqual([]);
  return rig;
}

const share = (lives: readonly Life[], holds: (life: Life) => boolean): number =>
  lives.filter(holds).length / lives.length;

describe('a load that rises and falls', () => {
  const BEFORE = 15_000;
  const AFTER = 45_000;
  const END = 60_000;
  const arrivals = merged(stream(0, END, 1, 1), stream(BEFORE, AFTER, 1, 2), stream(BEFORE, AFTER, 1, 3));
  const during = ({ arrival: { atMs } }: Life): boolean => atMs >= BEFORE + 2000 && atMs < AFTER;

  it('is too much at the top, and not at the lowest rung', async () => {
    const met = async (rung: number): Promise<number> => {
      const rig = await play(createFixedPolicy(rung), arrivals);
      return share([...rig.lives.values()].filter(during), attained);
    };
    expect(await met(TOP)).toBeLessThan(0.5);
    expect(await met(0)).toBeGreaterThan(0.95);
  });

  it('is met by slo with less lost: targets are protected within 2 s, precision is back within 5 s', async () => {
    const rig = await play(createSloPolicy(), arrivals);
    const lives = [...rig.lives.values()];
    expect(share(lives.filter(during), attained)).toBeGreaterThan(0.95);
    const tpots = lives
      .filter(during)
      .map(tpotMs)
      .sort((a, b) => a - b);
    expect(tpots[Math.floor(0.95 * tpots.length)]).toBeLessThanOrEqual(TPOT_MS);
    const tokens = lives.flatMap(({ tokenAtMs, rungs }) =>
      tokenAtMs.map((atMs, i) => ({ atMs, rung: rungs[i] ?? 0 })),
    );
    const rungsIn = (fromMs: number, toMs: number): Set<number> =>
      new Set(tokens.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ rung }) => rung));
    expect(rungsIn(0, BEFORE)).toEqual(new Set([TOP]));
    expect(Math.min(...rungsIn(BEFORE, AFTER))).toBeLessThan(TOP);
    expect(rungsIn(AFTER + 5000, END)).toEqual(new Set([TOP]));
    const lowest = tokens.filter(({ rung }) => rung === 0).length / tokens.length;
    expect(lowest).toBeLessThan(0.9);
    const bound = mostSwitches(SWITCH_LIMITS, 4, END);
    expect(Math.max(...lives.map(switchesOf))).toBeLessThanOrEqual(bound);
  });
});

describe('at rest', () => {
  it('[S3] every token is at the ceiling, and there is no switch', async () => {
    const rig = await play(createSloPolicy(), stream(0, 60_000, 1, 5));
    const lives = [...rig.lives.values()];
    expect(lives.length).toBeGreaterThan(50);
    expect(new Set(lives.flatMap(({ rungs }) => rungs))).toEqual(new Set([TOP]));
    expect(share(lives, attained)).toBe(1);
  });
});

/**
 * `createDeadlinePolicy`'s: patience, then sixteen times the chunks of those that are due before and its own, each within
 * its time divided by the least share of prompts.
 */
function boundMs({ request, atMs }: Arrival, arrivals: readonly Arrival[]): number {
  const due = (arrival: Arrival): number => arrival.atMs + arrival.request.level.ttftMs;
  const before = arrivals.filter((other) => due(other) <= atMs + request.level.ttftMs);
  const chunkMs = (MEASURED_MS.pass[TOP] ?? 0) + (MEASURED_MS.token[TOP] ?? 0) * 80;
  return request.level.ttftMs + 10_000 + (16 / 0.15) * before.length * chunkMs;
}

describe('overload', () => {
  it('[S4] that ends lets every request end, flex too, and flex is served while it lasts', async () => {
    const LAST = 15_000;
    const arrivals = merged(
      stream(0, LAST, 5, 1),
      stream(0, LAST, 2, 2, 'priority'),
      stream(0, LAST, 1, 3, 'flex'),
    );
    for (const policy of [createSloPolicy(), createLoadThresholdPolicy()]) {
      const rig = await play(policy, arrivals);
      const lives = [...rig.lives.values()];
      expect(rig.clock.now()).toBeGreaterThan(1.5 * LAST);
      expect(share(lives, ({ end }) => end?.type === 'finished')).toBe(1);
      const flex = lives.filter(({ arrival }) => arrival.request.level.tier === 'flex');
      for (const { arrival, tokenAtMs } of flex) {
        expect((tokenAtMs[0] ?? 0) - arrival.atMs).toBeLessThanOrEqual(boundMs(arrival, arrivals));
      }
      expect(flex.filter(({ tokenAtMs }) => (tokenAtMs[0] ?? LAST) < LAST).length).toBeGreaterThan(0);
    }
  });
});
