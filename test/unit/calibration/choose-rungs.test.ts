import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseRungs, paretoFront } from '../../../src/calibration/choose-rungs.ts';
import {
  bestAtBits,
  type Candidate,
  type LadderGround,
  ladderCandidates,
} from '../../../src/calibration/ladder-candidates.ts';
import { precisionGroups } from '../../../src/calibration/precision-groups.ts';
import type { FusedMatrix, Ladder } from '../../../src/core/index.ts';
import { averageBits, depthBits, type PlaneBits } from '../../../src/quant/index.ts';
import { seededNormal, seededUniform } from '../../support/seeded-random.ts';

interface Shape {
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly vocabulary: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'one layer and a large head': { hidden: 32, intermediate: 48, layers: 1, vocabulary: 300 },
  'five layers of 64': { hidden: 64, intermediate: 172, layers: 5, vocabulary: 512 },
  '30 layers of 576': { hidden: 576, intermediate: 1536, layers: 30, vocabulary: 49_152 },
};
/** So many matrices that steps of budgets are no longer exact. */
const HUGE: Shape = { hidden: 16_384, intermediate: 53_248, layers: 126, vocabulary: 128_256 };

function matricesOf({ hidden, intermediate, layers, vocabulary }: Shape): FusedMatrix[] {
  const blocks = Array.from({ length: layers }, (_, i) => [
    { name: `layers.${i}.qkv`, n: 1.5 * hidden, k: hidden },
    { name: `layers.${i}.o`, n: hidden, k: hidden },
    { name: `layers.${i}.gate_up`, n: 2 * intermediate, k: hidden },
    { name: `layers.${i}.down`, n: hidden, k: intermediate },
  ]);
  return [...blocks.flat(), { name: 'head', n: vocabulary, k: hidden }];
}

/**
 * Sensitivities as trained models have them: a factor of four and more between matrices, a quarter of the
 * error left by each bit, and some of it taken away by a live cascade.
 */
function groundOf(
  shape: Shape,
  planeBits: readonly PlaneBits[],
  liveRanks: readonly number[],
  seed = 1,
): LadderGround {
  const normal = seededNormal(seed);
  const uniform = seededUniform(seed);
  const matrices = matricesOf(shape);
  const levels = precisionGroups({ planeBits, liveRanks });
  const bits = depthBits(planeBits);
  const damage = matrices.map(() => {
    const size = (0.3 / matrices.length) * Math.exp(normal());
    const saved = 0.1 + 0.3 * uniform();
    return levels.map(({ depth, rank }, l) => {
      if (l === levels.length - 1) return 0;
      const most = liveRanks.at(-1) ?? 1;
      return size * 4 ** (4 - bits[depth - 1]!) * (1 - (saved * rank) / most);
    });
  });
  const costs = matrices.map(({ n, k }) =>
    levels.map(({ depth, rank }) => (n * k * (bits[depth - 1]! - bits[0]!)) / 8 + 4 * rank * (n + k)),
  );
  return { matrices, planeBits, levels, damage, levelCosts: { unit: 'bytes', costs } };
}

const levelsOf = ({ levels }: LadderGround, { config }: Candidate) =>
  config.planes.map((depth, m) =>
    levels.findIndex((level) => level.depth === depth && level.rank === config.ranks[m]),
  );

/** Measuring as an artefact would answer: what sensitivity predicts, give or take `noise` of it. */
function measurer(ground: LadderGround, noise: number, seed = 3) {
  const uniform = seededUniform(seed);
  return async (candidates: readonly Candidate[]) =>
    candidates.map((each) => {
      const kl = levelsOf(ground, each).reduce((sum, l, m) => sum + ground.damage[m]![l]!, 1e-5);
      const predictedKl = kl * (1 + noise * (2 * uniform() - 1));
      return { ...each, config: { ...each.config, predictedKl, msPerToken: 1 } };
    });
}

const PLANES: readonly PlaneBits[][] = [
  [4, 4],
  [4, 2, 2],
  [2, 2, 4],
];
const costOf = (ground: LadderGround, config: Ladder[number]) =>
  levelsOf(ground, { config, cost: 0, kept: false }).reduce(
    (sum, l, m) => sum + ground.levelCosts.costs[m]![l]!,
    0,
  );

describe.each(Object.entries(SHAPES))('the ladder of %s', (_, shape) => {
  test.each(PLANES.flatMap((planes) => [[], [16], [8, 16, 24]].map((ranks) => [planes, ranks] as const)))(
    'planes %j with live ranks %j: five to nine rungs, uniform and live ones among them',
    async (planeBits, liveRanks) => {
      for (const [seed, noise] of [
        [1, 0],
        [2, 0.05],
        [3, 0.2],
      ] as const) {
        const ground = groundOf(shape, planeBits, liveRanks, seed);
        const ladder = await chooseRungs(ground, [], measurer(ground, noise));
        expect(ladder.length).toBeGreaterThanOrEqual(5);
        expect(ladder.length).toBeLessThanOrEqual(9);
        const ids = ladder.map(({ id }) => id);
        expect(ids).toEqual(expect.arrayContaining(depthBits(planeBits).map((bits) => `q${bits}`)));
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
        expect(ladder.some(({ ranks }) => ranks.some((rank) => rank > 0))).toBe(liveRanks.length > 0);
        const contents = ladder.map(({ planes, ranks }) => `${planes}|${ranks}`);
        expect(new Set(contents).size).toBe(ladder.length);
        ladder.forEach((config, rung) => {
          expect(config.averageBits).toBe(averageBits(ground.matrices, planeBits, config.planes));
          expect(config.averageBits).toBeGreaterThanOrEqual(ladder[rung - 1]?.averageBits ?? 0);
          expect(config.predictedKl).toBeGreaterThan(0);
          expect(config.msPerToken).not.toBeNull();
        });
      }
    },
  );

  test.each(PLANES)(
    'planes %j,%j: no rung is beaten, but for a live or uniform one',
    async (...planeBits) => {
      const planes = planeBits.filter((bits) => bits !== undefined);
      const ground = groundOf(shape, planes, [16]);
      const ladder = await chooseRungs(ground, [], measurer(ground, 0.1));
      for (const one of ladder) {
        const uniform = new Set(one.planes).size === 1;
        if (uniform || one.ranks.some((rank) => rank > 0)) continue;
        for (const other of ladder) {
          if (other === one) continue;
          const cheaper = costOf(ground, other) <= costOf(ground, one);
          expect(cheaper && other.predictedKl! <= one.predictedKl!, `${other.id} beats ${one.id}`).toBe(
            false,
          );
        }
      }
    },
  );

  test('a budget that is asked for gets the best rung within it, and near it', () =>
    expectRungsAt([5.25, 5, 6.123, 4, 8], shape));
});

test('a model of 505 matrices has a ladder like the others, with what was asked for', () =>
  expectRungsAt([5.25], HUGE));

async function expectRungsAt(budgets: readonly number[], shape: Shape): Promise<void> {
  const ground = groundOf(shape, [4, 4], [16]);
  const largest = Math.max(...ground.matrices.map(({ n, k }) => n * k));
  const weights = ground.matrices.reduce((sum, { n, k }) => sum + n * k, 0);
  const best = bestAtBits(ground, budgets);
  for (const [i, budget] of budgets.entries()) {
    const ladder = await chooseRungs(ground, [budget], measurer(ground, 0.2));
    expect(ladder.length).toBeGreaterThanOrEqual(5);
    expect(ladder.length).toBeLessThanOrEqual(9);
    const plain = ladder.filter(({ ranks }) => ranks.every((rank) => rank === 0));
    const within = plain.filter(({ averageBits }) => averageBits <= budget + 1e-9);
    // As near as single matrices allow.
    expect(budget - within.at(-1)!.averageBits).toBeLessThan((4 * largest) / weights + 0.04);
    const planes = best[i]!.map((l) => ground.levels[l]!.depth);
    expect(within.map((config) => `${config.planes}`)).toContain(`${planes}`);
  }
}

describe('bestAtBits', () => {
  const sizes = fc.array(
    fc.record({ n: fc.integer({ min: 1, max: 40 }), k: fc.integer({ min: 1, max: 40 }) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  );

  test('is what trying everything finds, and never above the budget', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.constantFrom<PlaneBits[]>([4, 4], [4, 2, 2], [2, 2, 4], [8]),
        fc.nat(1000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (shapes, planeBits, seed, share) => {
          const matrices = shapes.map((size, i) => ({ name: `m${i}`, ...size }));
          const uniform = seededUniform(seed);
          const levels = precisionGroups({ planeBits, liveRanks: [1] });
          const damage = matrices.map(() => levels.map(() => Math.floor(1000 * uniform())));
          const costs = matrices.map(() => levels.map(() => 1));
          const ground = {
            matrices,
            planeBits,
            levels,
            damage,
            levelCosts: { unit: 'bytes' as const, costs },
          };
          const bits = depthBits(planeBits);
          const budget = bits[0]! + share * (bits.at(-1)! - bits[0]!);
          const [found] = bestAtBits(ground, [budget]);
          const harmOf = (assignment: readonly number[]) =>
            assignment.reduce((sum, l, m) => sum + damage[m]![l]!, 0);
          const bitsOf = (assignment: readonly number[]) =>
            averageBits(
              matrices,
              planeBits,
              assignment.map((l) => levels[l]!.depth),
            );
          expect(bitsOf(found!)).toBeLessThanOrEqual(budget + 1e-9);
          const plain = levels.flatMap(({ rank }, l) => (rank === 0 ? [l] : []));
          let all: number[][] = [[]];
          for (const _ of matrices) all = all.flatMap((head) => plain.map((l) => [...head, l]));
          // A hair within the budget, so that last bits do not decide.
          const least = Math.min(
            ...all.filter((each) => bitsOf(each) <= budget - 1e-9 || each.every((l) => l === 0)).map(harmOf),
          );
          expect(harmOf(found!)).toBeLessThanOrEqual(least);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('below the base plane there is nothing', () => {
    const ground = groundOf(SHAPES['five layers of 64']!, [4, 4], []);
    expect(bestAtBits(ground, [3.99, 4])).toEqual([null, ground.matrices.map(() => 0)]);
  });
});

describe('ladderCandidates', () => {
  test('a budget that another config already has the name of is measured under a name of its own', () => {
    // With one matrix far more sensitive than the others, the best at 6 bits is not 6 bits everywhere.
    const ground = groundOf(SHAPES['five layers of 64']!, [4, 2, 2], []);
    const damage = ground.damage.map((ofMatrix, m) => ofMatrix.map((harm) => (m === 2 ? 1e3 * harm : harm)));
    const candidates = ladderCandidates({ ...ground, damage }, [6]);
    const ids = candidates.map(({ config }) => config.id);
    expect(ids).toEqual(expect.arrayContaining(['q6', 'q6-mixed']));
    expect(new Set(ids).size).toBe(ids.length);
    const mixed = candidates.find(({ config }) => config.id === 'q6-mixed')!;
    expect(mixed.kept).toBe(true);
    expect(mixed.config.averageBits).toBeLessThanOrEqual(6);
  });

  test('a budget that a step of bits meets keeps that config in the ladder', () => {
    const ground = groundOf(SHAPES['five layers of 64']!, [4, 4], []);
    const kept = (asked: number[]) =>
      ladderCandidates(ground, asked).find(({ config }) => config.id === 'q5')!.kept;
    expect([kept([]), kept([5])]).toEqual([false, true]);
  });

  test('planes that cannot be mixed are a ladder of one', async () => {
    const ground = groundOf(SHAPES['five layers of 64']!, [8], []);
    const ladder = await chooseRungs(ground, [], measurer(ground, 0));
    expect(ladder.map(({ id }) => id)).toEqual(['q8']);
  });
});

describe('paretoFront', () => {
  const candidate = (
    id: string,
    cost: number,
    predictedKl: number,
    more: Partial<Candidate> & { rank?: number } = {},
  ) => ({
    config: { id, averageBits: cost, planes: [1], ranks: [more.rank ?? 0], predictedKl, msPerToken: 1 },
    cost,
    kept: more.kept ?? false,
  });
  const ids = (candidates: Candidate[]) => paretoFront(candidates).map(({ config }) => config.id);

  test('leaves out what something cheaper or as cheap does as well or better', () => {
    expect(
      ids([
        candidate('d', 4, 0.2),
        candidate('a', 1, 1),
        candidate('dearer', 3, 0.5),
        candidate('b', 2, 0.5),
        candidate('worse', 2, 0.6),
      ]),
    ).toEqual(['a', 'b', 'd']);
  });

  test('two that are the same in both are not beaten by each other', () => {
    expect(ids([candidate('a', 1, 1), candidate('b', 1, 1)])).toEqual(['a', 'b']);
  });

  test('kept ones stay though beaten, and of the live ones the best', () => {
    const front = [
      candidate('a', 1, 0.1),
      candidate('uniform', 2, 0.5, { kept: true }),
      candidate('live', 3, 0.4, { rank: 8 }),
      candidate('worse-live', 2.5, 0.45, { rank: 4 }),
    ];
    expect(ids(front)).toEqual(['a', 'uniform', 'live']);
  });
});
