import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DenseStage } from '../../../../src/calibration/dense-stage.ts';
import { PaperLearner, type PaperLearnerOptions } from '../../../../src/calibration/paper/paper-learner.ts';
import { PAPER_LEARNING_RATES } from '../../../../src/calibration/paper/paper-preset.ts';
import { type PaperScheme, paperScheme, scaleBlock } from '../../../../src/calibration/paper/paper-scheme.ts';
import { roundRows } from '../../../../src/calibration/paper/round-rows.ts';
import type { StageTarget } from '../../../../src/calibration/stage-learner.ts';
import { gatherBatch } from '../../../../src/calibration/token-stream.ts';
import { randomStream, type TinyGround, tinyGround } from './tiny-ground.ts';

const BATCH = { sequences: 2, length: 8 };
const SEQUENCES = 8;

let tiny: TinyGround;
beforeAll(async () => {
  tiny = await tinyGround();
});
afterAll(() => tiny.remove());

function learning(scheme: PaperScheme, more: Partial<PaperLearnerOptions> = {}): PaperLearnerOptions {
  return {
    scheme,
    clipping: true,
    batch: BATCH,
    epochs: 10,
    learningRate: PAPER_LEARNING_RATES,
    seed: 1,
    threads: 1,
    ...more,
  };
}

const scheme = (groups: number[][], ranks: number[] | null = null) =>
  paperScheme(groups, ranks, tiny.checkpoint.architecture);

/** A learner of block 1, its input, and its own full-precision output as the target. */
async function setUp(options: PaperLearnerOptions) {
  const ground = await tiny.ground(1, BATCH);
  const { hiddenSize } = tiny.checkpoint.architecture;
  const input = randomStream(SEQUENCES, BATCH.length, hiddenSize, 5);
  const dense = await DenseStage.open(
    ground.stage,
    ground.weights,
    ground.shared,
    { batch: BATCH, threads: 1 },
    ground.clock,
  );
  const exact = await dense.runAll(input);
  await dense.close();
  const target: StageTarget = async (picks) => ({ data: gatherBatch(exact, picks), width: hiddenSize });
  return { ground, input, target, learner: new PaperLearner(ground, options) };
}

async function losses(options: PaperLearnerOptions): Promise<{ first: number; last: number; count: number }> {
  const { input, target, learner } = await setUp(options);
  const all: number[] = [];
  await learner.learn(input, target, (loss) => all.push(loss));
  const perEpoch = SEQUENCES / BATCH.sequences;
  const mean = (part: number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
  return { first: mean(all.slice(0, perEpoch)), last: mean(all.slice(-perEpoch)), count: all.length };
}

describe('a block of the paper’s quantizer', () => {
  test.each([
    ['cascade and clipping', {}, null, 0.95],
    // Random weights leave it little to gain.
    ['clipping alone', {}, [0, 0, 0], 0.995],
    ['the cascade alone', { clipping: false }, null, 0.95],
  ])('learns: %s', async (_, more, ranks, share) => {
    // One width to a group: losses of steps that draw other widths cannot be compared.
    const { first, last, count } = await losses(learning(scheme([[2], [4], [8]], ranks), more));
    expect(count).toBe(40);
    expect(last).toBeLessThan(share * first);
  });

  test('has nothing to learn with neither', async () => {
    const { count } = await losses(learning(scheme([[2], [8]], [0, 0]), { clipping: false }));
    expect(count).toBe(0);
  });

  test('learns cascade and clipping of every width, in as many groups as it has scales', async () => {
    // 2 and 3 bits share scales differently, and so need a graph each.
    const options = learning(scheme([[2, 3], [8]], [4, 2]));
    const { input, target, learner } = await setUp(options);
    const before = new Map([...(await learner.outcome())].map(([name, values]) => [name, values.slice()]));
    await learner.learn(input, target, () => {});
    const after = await learner.outcome();
    expect([...after.keys()].filter((name) => name.startsWith('down.'))).toEqual([
      'down.a',
      'down.b',
      ...[2, 3, 8].flatMap((width) => [`down.w${width}.alpha`, `down.w${width}.beta`]),
    ]);
    expect(after.get('down.w2.alpha')).toHaveLength(2 * 64);
    expect(after.get('down.w3.alpha')).toHaveLength(64);
    for (const [name, values] of after) expect(values, name).not.toEqual(before.get(name));
  });

  test('starts as rounding with nearly all of the range, and runs as a plain block over rounded weights', async () => {
    const options = learning(scheme([[2], [4], [8]]));
    const { ground, input, learner } = await setUp(options);
    const simulated: Float32Array[][] = [];
    await learner.forEachOutput(input, (_, outputs) => simulated.push(outputs.map((each) => each.slice())));
    for (const [group, width] of [2, 4, 8].entries()) {
      const matrices = ground.weights.matrices.map((weights, m) => {
        const { n, k } = ground.stage.matrices[m]!;
        const block = scaleBlock(width, k);
        const kept = new Float32Array(n * Math.ceil(k / block)).fill(1 / (1 + Math.exp(-4)));
        const rows = weights.slice();
        roundRows(rows, k, { width, block, keptHigh: kept, keptLow: kept });
        return rows;
      });
      const weights = { ...ground.weights, matrices };
      const plain = await DenseStage.open(
        ground.stage,
        weights,
        ground.shared,
        { batch: BATCH, threads: 1 },
        ground.clock,
      );
      const expected = await plain.run(input, [0, 1]);
      await plain.close();
      const largest = Math.max(...expected.map(Math.abs));
      // Two ways to a sum of up to 160 products in float32.
      simulated[0]![group]!.forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * largest);
      });
    }
  });

  test('gives the next block one width of each group, another at another batch', async () => {
    const { input, learner } = await setUp(learning(scheme([[2, 3, 4, 5, 6, 7, 8]])));
    const same = { ...input, data: input.data.slice() };
    const half = input.data.length / 4;
    for (let batch = 1; batch < 4; batch++) same.data.copyWithin(batch * half, 0, half);
    const seen = new Set<string>();
    await learner.forEachOutput(same, (_, [output]) => seen.add(String(output!.slice(0, 8))));
    expect(seen.size).toBeGreaterThan(1);
  });
});
