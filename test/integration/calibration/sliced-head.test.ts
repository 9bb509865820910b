import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StageGround } from '../../../src/calibration/calibrate-model.ts';
import { DenseStage } from '../../../src/calibration/dense-stage.ts';
import { HeadNormalizer } from '../../../src/calibration/head-normalizer.ts';
import { createPlaneLearner, type PlaneLearnerOptions } from '../../../src/calibration/plane-learner.ts';
import { headSlices } from '../../../src/calibration/sliced-head.ts';
import type { CalibratedStage } from '../../../src/calibration/stage-calibrator.ts';
import { modelStages, readStageWeights } from '../../../src/calibration/stage-weights.ts';
import { emptyStream, type TokenStream } from '../../../src/calibration/token-stream.ts';
import { fusedMatrices } from '../../../src/core/index.ts';
import { klDivergence, logSumExp } from '../../../src/numerics/index.ts';
import { PlaneRowReader } from '../../../src/quant/index.ts';
import { gaussianSource } from '../../support/gaussian-source.ts';
import { TINY_SIZES, type TinyCalibration, tinyCalibration } from './tiny-calibration.ts';

const BATCH = { sequences: 2, length: 6 };
const { hiddenSize: WIDTH, vocabSize: VOCABULARY } = TINY_SIZES;
/** Three slices of 70 rows: 23, 23 and 24. */
const MOST_WEIGHTS = 24 * WIDTH;

let tiny: TinyCalibration;
let ground: StageGround;
beforeAll(async () => {
  tiny = await tinyCalibration({ tied: false });
  const stage = modelStages(tiny.source.architecture).at(-1)!;
  const index = TINY_SIZES.layers;
  const weights = await readStageWeights(tiny.source, stage, index);
  ground = { stage, index, weights, shared: {}, exact: randomStream(1), clock: { runtimeMs: 0 } };
});
afterAll(() => tiny.remove());

function randomStream(seed: number): TokenStream {
  const stream = emptyStream(8, BATCH.length, WIDTH);
  const gaussian = gaussianSource(seed);
  stream.data.forEach((_, i) => {
    stream.data[i] = gaussian();
  });
  return stream;
}

function options(overrides: Partial<PlaneLearnerOptions> = {}): PlaneLearnerOptions {
  return {
    scheme: { planeBits: [2, 4], block: 16, fusedRanks: [6, 0], liveRanks: [3, 5], clipping: true },
    zeroPoints: fusedMatrices(tiny.source.architecture).map(() => [true, false]),
    batch: BATCH,
    epochs: 12,
    learningRate: { clipping: 3e-3, fused: 2e-3, live: 8e-3 },
    weightDecay: 0,
    error: 'squared',
    seed: 4,
    threads: 2,
    ...overrides,
  };
}

async function fullLogits(stream: TokenStream): Promise<Float32Array> {
  const dense = await DenseStage.open(
    ground.stage,
    ground.weights,
    {},
    { batch: BATCH, threads: 2 },
    ground.clock,
  );
  const { data } = await dense.runAll(stream);
  await dense.close();
  return data;
}

async function calibrated(overrides: Partial<PlaneLearnerOptions>, losses: number[] = []) {
  const learner = createPlaneLearner(ground, options(overrides));
  // A slice makes its own target of the exact stream; a whole head is given it.
  const dense = await DenseStage.open(
    ground.stage,
    ground.weights,
    {},
    { batch: BATCH, threads: 2 },
    ground.clock,
  );
  const target = async (picks: readonly number[]) => ({
    data: await dense.run(ground.exact, picks),
    width: dense.width,
  });
  await learner.learn(ground.exact, target, (loss) => losses.push(loss));
  await dense.close();
  return learner.outcome();
}

/** Mean KL to full precision of the base plane with all live ranks, over the whole stream. */
async function klOf({ matrices }: CalibratedStage, live: boolean): Promise<number> {
  const { planes, cascade } = matrices[0]!;
  const reader = new PlaneRowReader(WIDTH, planes.slice(0, 1));
  const head = new Float32Array(VOCABULARY * WIDTH);
  for (let row = 0; row < VOCABULARY; row++) reader.read(row, head, row * WIDTH);
  for (const { a, b } of live ? cascade : []) {
    const rank = a.length / WIDTH;
    for (let row = 0; row < VOCABULARY; row++) {
      for (let j = 0; j < WIDTH; j++) {
        for (let r = 0; r < rank; r++) head[row * WIDTH + j]! += b[r * VOCABULARY + row]! * a[j * rank + r]!;
      }
    }
  }
  const weights = { ...ground.weights, matrices: [head] };
  const dense = await DenseStage.open(ground.stage, weights, {}, { batch: BATCH, threads: 2 }, ground.clock);
  const { data } = await dense.runAll(ground.exact);
  await dense.close();
  const wanted = await fullLogits(ground.exact);
  let sum = 0;
  for (let from = 0; from < data.length; from += VOCABULARY) {
    sum += klDivergence(wanted.subarray(from, from + VOCABULARY), data.subarray(from, from + VOCABULARY));
  }
  return sum / (data.length / VOCABULARY);
}

test('slices cover the rows of the head, in order and nearly equal', () => {
  const slices = headSlices(ground, MOST_WEIGHTS);
  expect(slices.map(({ stage }) => stage.matrices[0]!.n)).toEqual([23, 23, 24]);
  expect(slices.flatMap(({ weights }) => [...weights.matrices[0]!])).toEqual([
    ...ground.weights.matrices[0]!,
  ]);
});

test('a slice and what lies outside of it make up the whole softmax', async () => {
  const slices = headSlices(ground, MOST_WEIGHTS);
  const measuring = { batch: BATCH, threads: 2 };
  const normalizer = await HeadNormalizer.measure(slices, ground.exact, measuring, ground.clock);
  const logits = await fullLogits(ground.exact);
  const starts = [0, 23, 46, 70];
  slices.forEach((_, s) => {
    normalizer.outside(s).forEach((outside, token) => {
      const row = logits.subarray(token * VOCABULARY, (token + 1) * VOCABULARY);
      const others = Float32Array.from(row.filter((_each, i) => i < starts[s]! || i >= starts[s + 1]!));
      expect(outside).toBeCloseTo(logSumExp(others), 4);
    });
  });
});

describe('a head in slices', () => {
  test('without learning has the planes of the whole head', async () => {
    const whole = await calibrated({ epochs: 0 });
    const sliced = await calibrated({ epochs: 0, mostHeadWeights: MOST_WEIGHTS });
    expect(sliced.matrices[0]!.planes).toEqual(whole.matrices[0]!.planes);
    expect(sliced.vectors).toBe(whole.vectors);
  });

  test('learns as the whole head does, and counts as one stage', async () => {
    const none = await calibrated({ epochs: 0 });
    const losses: number[] = [];
    const sliced = await calibrated({ mostHeadWeights: MOST_WEIGHTS }, losses);
    const whole = await calibrated({});
    expect(losses).toHaveLength(12 * 4);
    const [before, after, one] = [
      await klOf(none, false),
      await klOf(sliced, false),
      await klOf(whole, false),
    ];
    expect(one).toBeLessThan(before);
    expect(before - after).toBeGreaterThan(0.4 * (before - one));
    // All slices use the directions that the first one learned.
    expect(await klOf(sliced, true)).toBeLessThan(0.8 * before);
    expect(sliced.matrices[0]!.cascade.map(({ a, b }) => [a.length, b.length])).toEqual([
      [3 * WIDTH, 3 * VOCABULARY],
      [2 * WIDTH, 2 * VOCABULARY],
    ]);
  });

  test('is the same for the same seed', async () => {
    const once = await calibrated({ epochs: 2, mostHeadWeights: MOST_WEIGHTS });
    expect(await calibrated({ epochs: 2, mostHeadWeights: MOST_WEIGHTS })).toEqual(once);
  });
});
