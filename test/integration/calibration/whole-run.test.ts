import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { calibrateModel } from '../../../src/calibration/calibrate-model.ts';
import { LEARNING_RATES } from '../../../src/calibration/calibration-preset.ts';
import { CheckpointStore } from '../../../src/calibration/checkpoint-store.ts';
import { type CalibrateOptions, calibrateCheckpoint } from '../../../src/calibration/index.ts';
import { createPlaneLearner, type PlaneLearnerOptions } from '../../../src/calibration/plane-learner.ts';
import type { CalibratedStage } from '../../../src/calibration/stage-calibrator.ts';
import { modelStages } from '../../../src/calibration/stage-weights.ts';
import { fusedMatrices } from '../../../src/core/index.ts';
import {
  type Artefact,
  depthBits,
  dequantizeMatrix,
  openArtefact,
  type PlaneBits,
  readPlane,
  squaredNorm,
} from '../../../src/quant/index.ts';
import { type TinyCalibration, tinyCalibration } from './tiny-calibration.ts';

let tiny: TinyCalibration;
afterEach(() => tiny.remove());

const calibrate = async (overrides: Partial<CalibrateOptions> = {}) => {
  const out = join(tiny.folder, 'artefact');
  const outcome = await calibrateCheckpoint(tiny.source, out, tiny.options(overrides));
  return { ...outcome, artefact: await openArtefact(out, { verify: true }) };
};

const floats = async (artefact: Artefact, entry: Parameters<Artefact['read']>[0]) =>
  new Float32Array((await artefact.read(entry)).buffer);

const distance = (a: Float32Array, b: Float32Array) => squaredNorm(a.map((value, i) => value - b[i]!));

describe('a calibrated artefact', () => {
  test.each<[PlaneBits[], boolean]>([
    [[4, 4], true],
    [[2, 2, 4], false],
  ])('[Q3] planes %j, tied %s: holds what each stage learned, bit for bit', async (planes, tied) => {
    tiny = await tinyCalibration({ family: 'qwen2', tied });
    const matrices = fusedMatrices(tiny.source.architecture);
    const { artefact } = await calibrate({ planes });
    const options = tiny.options({ planes });
    const learning: PlaneLearnerOptions = {
      scheme: { ...options, planeBits: planes },
      zeroPoints: artefact.manifest.matrices.map(({ zeroPoints }) => zeroPoints),
      batch: { sequences: 4, length: options.sequences[0]!.length },
      epochs: options.epochs,
      learningRate: LEARNING_RATES,
      weightDecay: 0,
      error: 'squared',
      seed: options.seed,
      threads: options.threads,
    };
    const stages = modelStages(tiny.source.architecture);
    const store = await CheckpointStore.open(join(tiny.folder, 'again'), {}, false);
    await calibrateModel(tiny.source, options.sequences, store, {
      ...learning,
      stages,
      createLearner: (ground) => createPlaneLearner(ground, learning),
      mergeTokens: options.mergeTokens,
    });
    const learned = (
      await Promise.all(stages.map((_, index) => store.loadStage<CalibratedStage>(index)))
    ).flatMap((stage) => stage.matrices);
    for (const [m, { name, planes: stored, cascade }] of artefact.matrices.entries()) {
      for (const [i, plane] of stored.entries()) {
        const { codes, scales, zeroPoints } = await readPlane(artefact, plane);
        const wanted = learned[m]!.planes[i]!;
        expect({ codes: [...codes], scales, zeroPoints: zeroPoints && [...zeroPoints] }, name).toEqual({
          codes: [...wanted.codes],
          scales: wanted.scales,
          zeroPoints: wanted.zeroPoints && [...wanted.zeroPoints],
        });
      }
      for (const [j, { a, b }] of cascade.entries()) {
        expect(await floats(artefact, a)).toEqual(learned[m]!.cascade[j]!.a);
        expect(await floats(artefact, b)).toEqual(learned[m]!.cascade[j]!.b);
      }
    }
    // All planes together are still the weights: the highest precision sees no fused cascade.
    for (const { name, n } of matrices) {
      const weights = await tiny.source.readMatrixRows(name, 0, n);
      const error = distance(await dequantizeMatrix(artefact, name, planes.length), weights);
      expect(error / squaredNorm(weights), name).toBeLessThan(1e-3);
    }
    for (const [name, entry] of artefact.vectors) {
      expect(await floats(artefact, entry), name).toEqual(await tiny.source.readVector(name));
    }
    await artefact.close();
  });

  test('has a ladder by measurement, and says how it was made and where the time went', async () => {
    tiny = await tinyCalibration({ sizes: { layers: 2 } });
    const { artefact, timing, costUnit } = await calibrate();
    const { ladder, sensitivity, provenance } = artefact.manifest;
    expect(ladder.length).toBeGreaterThanOrEqual(5);
    expect(ladder.length).toBeLessThanOrEqual(9);
    expect(ladder.map(({ id }) => id)).toEqual(expect.arrayContaining(['q4', 'q8']));
    expect(ladder.some(({ ranks }) => ranks.some((rank) => rank === 4))).toBe(true);
    for (const { predictedKl, msPerToken } of ladder) {
      expect(predictedKl).toBeGreaterThan(0);
      expect(msPerToken).toBeGreaterThan(0);
    }
    expect(ladder.at(-1)!.predictedKl).toBeLessThan(ladder[0]!.predictedKl!);
    expect(sensitivity.metric).toBe('kl');
    for (const costs of sensitivity.costs) {
      expect(costs).toHaveLength(2);
      expect(costs[0]).toBeGreaterThan(0);
      expect(costs[1]).toBe(0);
    }
    expect(provenance).toMatchObject({
      method: 'quept',
      sourcePath: '../checkpoint',
      options: { planes: [4, 4], fusedRanks: [8, 0], cascadeRanks: [4], epochs: 2, seed: 1, sequences: 8 },
    });
    expect(['ms', 'bytes']).toContain(costUnit);
    expect(timing.totalMs).toBeGreaterThan(0);
    expect(timing.runtimeShare).toBeGreaterThan(0);
    expect(timing.runtimeShare).toBeLessThanOrEqual(1);
    await artefact.close();
  });

  test.each<[string, Partial<CalibrateOptions>]>([
    ['no epochs at all: rounding, measured', { epochs: 0 }],
    ['no cascade and no clipping: nothing to learn', { fusedRanks: [0, 0], liveRanks: [], clipping: false }],
    ['one plane', { planes: [8], fusedRanks: [0], liveRanks: [] }],
    ['one plane beside a live cascade', { planes: [4], fusedRanks: [0], liveRanks: [2] }],
    ['a fused rank for every depth', { fusedRanks: [8, 8] }],
    ['one judged window of two tokens', { judged: [Int32Array.of(1, 2)] }],
  ])('may be made with %s', async (_, overrides) => {
    tiny = await tinyCalibration();
    const { artefact } = await calibrate(overrides);
    const { ladder } = artefact.manifest;
    const bits = depthBits([...(overrides.planes ?? [4, 4])]);
    expect(ladder.map(({ id }) => id)).toEqual(expect.arrayContaining(bits.map((each) => `q${each}`)));
    const hasLive = ladder.some(({ ranks }) => ranks.some((rank) => rank > 0));
    expect(hasLive).toBe((overrides.liveRanks ?? [4]).length > 0);
    await artefact.close();
  });

  test('of a model with a matrix of zeros is finite', async () => {
    tiny = await tinyCalibration({
      editTensors: (tensors) => tensors.get('model.layers.0.self_attn.o_proj.weight')!.values.fill(0),
    });
    const { artefact } = await calibrate();
    expect([...(await dequantizeMatrix(artefact, 'layers.0.o', 2))].every(Number.isFinite)).toBe(true);
    expect(artefact.manifest.ladder.every(({ predictedKl }) => Number.isFinite(predictedKl))).toBe(true);
    await artefact.close();
  });
});

describe('a calibration that cannot be', () => {
  const expectRefused = async (overrides: Partial<CalibrateOptions>, code: string, message: RegExp) => {
    const before = await readdir(tiny.folder);
    const run = calibrateCheckpoint(tiny.source, join(tiny.folder, 'artefact'), tiny.options(overrides));
    await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await readdir(tiny.folder)).toEqual(before);
  };

  test.each([
    [
      'NaN in the last matrix',
      'model.layers.0.mlp.down_proj.weight',
      Number.NaN,
      /down_proj\.weight: holds NaN at/,
    ],
    [
      'an infinity in the first',
      'model.layers.0.self_attn.q_proj.weight',
      Infinity,
      /q_proj\.weight: holds Infinity at/,
    ],
    ['NaN in a norm', 'model.norm.weight', Number.NaN, /model\.norm\.weight: holds NaN at/],
    [
      'an infinity in an embedding that the text has no use for',
      'model.embed_tokens.weight',
      -Infinity,
      /embed_tokens\.weight: holds -Infinity/,
    ],
  ])('%s is told by file and tensor before anything is learned', async (_, tensor, value, message) => {
    tiny = await tinyCalibration({
      tied: false,
      editTensors: (tensors) => {
        const { values } = tensors.get(tensor)!;
        // The row of a token that the sequences below do not have.
        values[values.length - 1] = value;
      },
    });
    const sequences = Array.from({ length: 4 }, () => new Int32Array(12).fill(5));
    const learned: number[] = [];
    await expectRefused(
      { sequences, zeroPoints: 'off', onProgress: ({ done }) => learned.push(done) },
      'invalid_checkpoint',
      new RegExp(`^model\\.safetensors: tensor .*${message.source}`),
    );
    expect(learned).toEqual([]);
  });

  test('options that do not fit, and an output that is taken, leave nothing behind', async () => {
    tiny = await tinyCalibration();
    await expectRefused({ planes: [3], fusedRanks: [0] }, 'invalid_usage', /^planes: \[3\] must be/);
    await expectRefused({ block: 48 }, 'invalid_usage', /^block: 48 must be one of/);
    await expectRefused({ liveRanks: [33] }, 'invalid_usage', /^cascade ranks: 33 must be a whole number/);
    await mkdir(join(tiny.folder, 'artefact'));
    await writeFile(join(tiny.folder, 'artefact', 'thesis.txt'), 'precious');
    await expectRefused({ force: true }, 'invalid_usage', /not empty and not a quept artefact/);
    expect(await readdir(join(tiny.folder, 'artefact'))).toEqual(['thesis.txt']);
  });
});
