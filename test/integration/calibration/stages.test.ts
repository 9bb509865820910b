import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { calibrateModel, type StageGround } from '../../../src/calibration/calibrate-model.ts';
import { CheckpointStore } from '../../../src/calibration/checkpoint-store.ts';
import { createPlaneLearner, type PlaneLearnerOptions } from '../../../src/calibration/plane-learner.ts';
import { type PrecisionGroup, precisionGroups } from '../../../src/calibration/precision-groups.ts';
import type { CalibratedMatrix, CalibratedStage } from '../../../src/calibration/stage-calibrator.ts';
import type { StageLearner, StageTarget } from '../../../src/calibration/stage-learner.ts';
import { modelStages } from '../../../src/calibration/stage-weights.ts';
import type { TokenStream } from '../../../src/calibration/token-stream.ts';
import { fusedMatrices, type ModelArchitecture } from '../../../src/core/index.ts';
import { PlaneRowReader } from '../../../src/quant/index.ts';
import { referenceLogits } from '../../support/reference-model.ts';
import type { TinyCheckpointOptions } from '../../support/tiny-checkpoint.ts';
import { randomSequences, type TinyCalibration, tinyCalibration } from './tiny-calibration.ts';

let tiny: TinyCalibration;
afterEach(() => tiny.remove());

const BATCH = { sequences: 2, length: 6 };
const LIVE = [2, 5];

/** Rates at which a tiny random model gets somewhere within a few steps. */
function learningOptions(overrides: Partial<PlaneLearnerOptions> = {}): PlaneLearnerOptions {
  const planeBits = overrides.scheme?.planeBits ?? ([2, 2, 4] as const);
  const fusedRanks = planeBits.map((_, depth) => (depth === 0 ? 6 : depth === 1 ? 3 : 0));
  return {
    scheme: { planeBits, block: 16, fusedRanks, liveRanks: LIVE, clipping: true },
    zeroPoints: fusedMatrices(tiny.source.architecture).map((_, m) =>
      planeBits.map((_, i) => (m + i) % 2 === 0),
    ),
    batch: BATCH,
    epochs: 3,
    learningRate: { clipping: 3e-3, fused: 1e-3, live: 5e-3 },
    weightDecay: 0,
    error: 'squared',
    seed: 4,
    threads: 2,
    ...overrides,
  };
}

/** Calibrates the tiny model with learners that `watch` has wrapped. */
async function calibrate(
  sequences: readonly Int32Array[],
  options: PlaneLearnerOptions,
  watch: (learner: StageLearner<CalibratedStage>, ground: StageGround) => StageLearner<CalibratedStage>,
  mergeTokens = false,
): Promise<CalibratedStage[]> {
  const store = await CheckpointStore.open(join(tiny.folder, 'store'), {}, false);
  const stages = modelStages(tiny.source.architecture);
  const timing = await calibrateModel(tiny.source, sequences, store, {
    ...options,
    stages,
    createLearner: (ground) => watch(createPlaneLearner(ground, options), ground),
    mergeTokens,
  });
  expect(timing.runtimeShare).toBeGreaterThan(0);
  expect(timing.runtimeShare).toBeLessThanOrEqual(1);
  return Promise.all(stages.map((_, index) => store.loadStage<CalibratedStage>(index)));
}

type Learn = StageLearner<CalibratedStage>['learn'];

/** The same learner with `around` in the place of its learning. */
const learning =
  (around: (learn: Learn, ...args: Parameters<Learn>) => Promise<void>) =>
  (learner: StageLearner<CalibratedStage>): StageLearner<CalibratedStage> => ({
    learn: (input, target, onStep) => around(learner.learn.bind(learner), input, target, onStep),
    forEachOutput: (input, visit) => learner.forEachOutput(input, visit),
    outcome: () => learner.outcome(),
  });

const rowsOf = (data: Float32Array, width: number) =>
  Array.from({ length: data.length / width }, (_, row) => data.subarray(row * width, (row + 1) * width));

function expectLogits(found: readonly Float32Array[], wanted: readonly Float64Array[], tolerance: number) {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((logits, position) => {
    const scale = Math.max(...logits.map(Math.abs));
    const worst = Math.max(...logits.map((logit, i) => Math.abs(logit - found[position]![i]!)));
    expect(worst / scale).toBeLessThan(tolerance);
  });
}

const MODELS: readonly (readonly [string, TinyCheckpointOptions])[] = [
  ['llama, two layers', { sizes: { layers: 2 } }],
  ['qwen2, its biases', { family: 'qwen2', sizes: { heads: 4, kvHeads: 2 } }],
  ['qwen3, its norms of q and k, untied', { family: 'qwen3', tied: false }],
];

describe.each(MODELS)('%s', (_, model) => {
  test('full-precision stages in a row are the model in float64', async () => {
    tiny = await tinyCalibration(model);
    const { vocabSize, layers } = tiny.source.architecture;
    const sequences = randomSequences(4, BATCH.length, vocabSize, 5);
    const seen = new Map<number, Float32Array>();
    const watch = (learner: StageLearner<CalibratedStage>, { index }: StageGround) =>
      learning(async (learn, input, target, onStep) => {
        if (index === layers)
          for (const pick of [0, 2]) seen.set(pick, (await target([pick, pick + 1])).data);
        await learn(input, target, onStep);
      })(learner);
    await calibrate(sequences, learningOptions({ epochs: 0 }), watch);
    for (const [pick, logits] of seen) {
      for (const offset of [0, 1]) {
        const found = rowsOf(logits, vocabSize).slice(offset * BATCH.length, (offset + 1) * BATCH.length);
        expectLogits(found, await referenceLogits(tiny.source, [...sequences[pick + offset]!]), 1e-4);
      }
    }
    expect(seen.size).toBe(2);
  });

  test('what is written of a stage computes what was learned, at every depth and live rank', async () => {
    tiny = await tinyCalibration({ ...model, sizes: { ...model.sizes, layers: 1 } });
    const { architecture } = tiny.source;
    const sequences = randomSequences(4, BATCH.length, architecture.vocabSize, 6);
    const options = learningOptions();
    const groups = precisionGroups(options.scheme);
    let learned: Float32Array[] = [];
    const watch = (learner: StageLearner<CalibratedStage>, { index }: StageGround) =>
      learning(async (learn, input, target, onStep) => {
        await learn(input, target, onStep);
        if (index === 1) {
          await learner.forEachOutput(input, (picks, outputs) => {
            if (picks[0] === 0) learned = outputs.map((output) => output.slice());
          });
        }
      })(learner);
    const written = await calibrate(sequences, options, watch);
    expect(learned).toHaveLength(groups.length);
    for (const [g, group] of groups.entries()) {
      const override = writtenWeights(architecture, written, group, groups.at(-1)!);
      const wanted = await referenceLogits(tiny.source, [...sequences[0]!], override);
      expectLogits(rowsOf(learned[g]!, architecture.vocabSize).slice(0, BATCH.length), wanted, 1e-4);
    }
  });
});

/** The written matrices in float64: the head at `head`, the block before it at `block`. */
function writtenWeights(
  architecture: ModelArchitecture,
  written: readonly CalibratedStage[],
  head: PrecisionGroup,
  block: PrecisionGroup,
): (name: string) => Float64Array | null {
  const matrices = fusedMatrices(architecture);
  const stored = written.flatMap(({ matrices: ofStage }) => ofStage);
  return (name) => {
    const m = matrices.findIndex((matrix) => matrix.name === name);
    return m < 0 ? null : weightsAt(stored[m]!, matrices[m]!, name === 'head' ? head : block);
  };
}

/** Σ planes up to the depth, plus B·A of the segments up to the rank, f64 [n, k]. */
function weightsAt(
  { planes, cascade }: CalibratedMatrix,
  { n, k }: { readonly n: number; readonly k: number },
  { depth, rank }: PrecisionGroup,
): Float64Array {
  const reader = new PlaneRowReader(k, planes);
  const rows = new Float32Array(n * k);
  for (let i = 0; i < n; i++) reader.read(i, rows, i * k, depth);
  const weights = Float64Array.from(rows);
  LIVE.forEach((prefix, j) => {
    if (prefix > rank) return;
    const { a, b } = cascade[j]!;
    const width = prefix - (LIVE[j - 1] ?? 0);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < k; c++)
        for (let r = 0; r < width; r++) weights[i * k + c]! += b[r * n + i]! * a[c * width + r]!;
  });
  return weights;
}

describe('learning', () => {
  /** The joint loss without mixing: Σ over groups of Σ_tokens mean of squares, of the head of Σ KL. */
  async function jointLoss(
    learner: StageLearner<CalibratedStage>,
    input: TokenStream,
    target: StageTarget,
    kind: 'block' | 'head',
  ): Promise<number> {
    const batches: { picks: readonly number[]; outputs: Float32Array[] }[] = [];
    await learner.forEachOutput(input, (picks, outputs) => {
      batches.push({ picks, outputs: outputs.map((output) => output.slice()) });
    });
    let sum = 0;
    for (const { picks, outputs } of batches) {
      const { data, width } = await target(picks);
      for (const output of outputs)
        sum += kind === 'head' ? divergence(data, output, width) : squares(data, output) / width;
    }
    return sum;
  }

  /** Two planes and one live rank: graphs of three groups. */
  const small = () => ({
    scheme: { planeBits: [4, 4] as const, block: 16, fusedRanks: [6, 0], liveRanks: [3], clipping: true },
  });

  const squares = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);

  function divergence(wanted: Float32Array, found: Float32Array, width: number): number {
    let sum = 0;
    for (let row = 0; row < wanted.length; row += width) {
      const [p, q] = [wanted, found].map((logits) => {
        const weights = [...logits.subarray(row, row + width)].map(Math.exp);
        const total = weights.reduce((a, b) => a + b);
        return weights.map((weight) => weight / total);
      });
      sum += p!.reduce((kl, each, i) => kl + each * Math.log(each / q![i]!), 0);
    }
    return sum;
  }

  test.each([
    ['of squares', 'squared'],
    ['of absolute values', 'absolute'],
  ] as const)('an error %s: every stage ends nearer to full precision than it began', async (_, error) => {
    tiny = await tinyCalibration();
    const sequences = randomSequences(8, BATCH.length, tiny.source.architecture.vocabSize, 7);
    const losses: { before: number; after: number; steps: number }[] = [];
    const watch = (learner: StageLearner<CalibratedStage>, { stage }: StageGround) =>
      learning(async (learn, input, target, onStep) => {
        let steps = 0;
        const before = await jointLoss(learner, input, target, stage.kind);
        await learn(input, target, (loss) => {
          expect(loss).toBeGreaterThan(0);
          steps++;
          onStep(loss);
        });
        losses.push({ before, after: await jointLoss(learner, input, target, stage.kind), steps });
      })(learner);
    await calibrate(sequences, learningOptions({ ...small(), error, epochs: 5 }), watch, true);
    expect(losses).toHaveLength(2);
    for (const { before, after, steps } of losses) {
      expect(steps).toBe(5 * 4);
      expect(after).toBeLessThan(0.97 * before);
    }
  });

  test('rates of nothing leave the planes of plain rounding', async () => {
    tiny = await tinyCalibration();
    const sequences = randomSequences(4, BATCH.length, tiny.source.architecture.vocabSize, 8);
    const learningRate = { clipping: 0, fused: 0, live: 0 };
    const still = await calibrate(
      sequences,
      learningOptions({ ...small(), learningRate, epochs: 1 }),
      (learner) => learner,
    );
    const rounded = await calibrate(
      sequences,
      learningOptions({ ...small(), epochs: 0 }),
      (learner) => learner,
    );
    const codes = (stages: CalibratedStage[]) =>
      stages.flatMap(({ matrices }) => matrices.map(({ planes }) => planes[0]!.codes));
    expect(codes(still)).toEqual(codes(rounded));
  });

  test('a loss that is no longer finite ends the run with what to do about it', async () => {
    tiny = await tinyCalibration();
    const sequences = randomSequences(4, BATCH.length, tiny.source.architecture.vocabSize, 9);
    const learningRate = { clipping: 1e30, fused: 1e30, live: 1e30 };
    await expect(
      calibrate(sequences, learningOptions({ ...small(), learningRate }), (learner) => learner),
    ).rejects.toMatchObject({
      code: 'invalid_usage',
      message: expect.stringMatching(/^Calibration diverged: .*--ranks/),
    });
    // Nor is what the very last step has spoiled written down.
    const spoiling = { clipping: Number.NaN, fused: 1, live: 1 };
    await expect(
      calibrate(
        sequences.slice(0, 2),
        learningOptions({ ...small(), learningRate: spoiling, epochs: 1 }),
        (learner) => learner,
      ),
    ).rejects.toMatchObject({ message: expect.stringMatching(/^Calibration diverged/) });
  });

  test('a token that the model does not have is told as what it is', async () => {
    tiny = await tinyCalibration();
    const { vocabSize } = tiny.source.architecture;
    const sequences = [new Int32Array(BATCH.length), new Int32Array(BATCH.length).fill(vocabSize)];
    await expect(calibrate(sequences, learningOptions(), (learner) => learner)).rejects.toMatchObject({
      code: 'invalid_checkpoint',
      message: expect.stringContaining(`tokenizer.json: the text has token ${vocabSize}`),
    });
  });
});
