import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { calibrateCheckpoint } from '../../../src/calibration/calibrate-checkpoint.ts';
import type { StageGround } from '../../../src/calibration/calibrate-model.ts';
import { causalFeeds } from '../../../src/calibration/causal-feeds.ts';
import { DenseStage } from '../../../src/calibration/dense-stage.ts';
import { evaluateLadder } from '../../../src/calibration/evaluate-ladder.ts';
import { smoothStage } from '../../../src/calibration/smooth-stage.ts';
import type { Stage } from '../../../src/calibration/stage.ts';
import { modelStages, readStageWeights, type StageWeights } from '../../../src/calibration/stage-weights.ts';
import { emptyStream, type TokenStream } from '../../../src/calibration/token-stream.ts';
import { fusedMatrices } from '../../../src/core/index.ts';
import { artefactEmbedding, artefactWeights, denseWeights, openRunner } from '../../../src/engine/index.ts';
import { openArtefact } from '../../../src/quant/index.ts';
import { FULL_PRECISION } from '../../support/full-precision.ts';
import { gaussianSource } from '../../support/gaussian-source.ts';
import { randomSequences, TINY_SIZES, type TinyCalibration, tinyCalibration } from './tiny-calibration.ts';

let tiny: TinyCalibration;
afterEach(() => tiny.remove());

const BATCH = { sequences: 2, length: 6 };

/** A stream in which every fourth channel is thirty times as loud, and the last is silent. */
function unevenStream(width: number, seed: number): TokenStream {
  const stream = emptyStream(4, BATCH.length, width);
  const gaussian = gaussianSource(seed);
  stream.data.forEach((_, i) => {
    const channel = i % width;
    stream.data[i] = channel === width - 1 ? 0 : gaussian() * (channel % 4 === 0 ? 30 : 1);
  });
  return stream;
}

async function groundOf(stage: Stage, index: number, exact: TokenStream): Promise<StageGround> {
  const weights = await readStageWeights(tiny.source, stage, index);
  return {
    stage,
    index,
    weights,
    exact,
    shared: causalFeeds(tiny.source.architecture, BATCH),
    clock: { runtimeMs: 0 },
  };
}

function smoothed(ground: StageGround) {
  return smoothStage(ground, {
    scheme: { planeBits: [4, 4], block: 16, fusedRanks: [0, 0], liveRanks: [], clipping: true },
    zeroPoints: fusedMatrices(tiny.source.architecture).map(() => [true, true]),
    batch: BATCH,
    threads: 2,
  });
}

async function outputOf(ground: StageGround, weights: StageWeights, stream: TokenStream) {
  const dense = await DenseStage.open(
    ground.stage,
    weights,
    ground.shared,
    { batch: BATCH, threads: 2 },
    ground.clock,
  );
  try {
    return (await dense.runAll(stream)).data;
  } finally {
    await dense.close();
  }
}

describe('a smoothed stage', () => {
  test.each(['llama', 'mistral', 'qwen2', 'qwen3'] as const)(
    'of a %s computes what it did',
    async (family) => {
      tiny = await tinyCalibration({ family, tied: false, sizes: { heads: 4, kvHeads: 2 } });
      const stream = unevenStream(TINY_SIZES.hiddenSize, 5);
      let changed = 0;
      for (const [index, stage] of modelStages(tiny.source.architecture).entries()) {
        const ground = await groundOf(stage, index, stream);
        const before = await outputOf(ground, ground.weights, stream);
        const { weights, found } = await smoothed(ground);
        const after = await outputOf(ground, weights, stream);
        const largest = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        before.forEach((value, i) => {
          expect(Math.abs(after[i]! - value)).toBeLessThan(2e-5 * largest);
        });
        for (const { exponent, scales, error, unsmoothedError } of found) {
          expect(scales.every((scale) => scale > 0 && Number.isFinite(scale))).toBe(true);
          expect(error).toBeLessThanOrEqual(unsmoothedError);
          if (exponent > 0) expect(error).toBeLessThan(unsmoothedError);
          changed += exponent > 0 ? 1 : 0;
        }
      }
      expect(changed).toBeGreaterThan(1);
    },
  );

  test('of a silent stream keeps its very weights', async () => {
    tiny = await tinyCalibration();
    const [stage] = modelStages(tiny.source.architecture);
    const silence = emptyStream(4, BATCH.length, TINY_SIZES.hiddenSize);
    const ground = await groundOf(stage!, 0, silence);
    const { weights, found } = await smoothed(ground);
    expect(found.every(({ exponent }) => exponent === 0)).toBe(true);
    expect(weights).toBe(ground.weights);
  });

  test('leaves a tied head alone', async () => {
    tiny = await tinyCalibration();
    const head = modelStages(tiny.source.architecture).at(-1)!;
    const ground = await groundOf(head, TINY_SIZES.layers, unevenStream(TINY_SIZES.hiddenSize, 5));
    expect((await smoothed(ground)).weights).toBe(ground.weights);
  });
});

test('an artefact that was smoothed answers at 8 bits as its checkpoint does', async () => {
  tiny = await tinyCalibration({ family: 'qwen2', tied: false });
  const out = join(tiny.folder, 'smooth');
  await calibrateCheckpoint(tiny.source, out, tiny.options({ smooth: true }));
  const artefact = await openArtefact(out, { verify: true });
  const dense = await denseWeights(tiny.source);
  const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), { slots: 1 });
  const full = await openRunner(dense.weights, dense.embedding, { slots: 1 });
  const changed: string[] = [];
  for (const name of artefact.vectors.keys()) {
    const bytes = await artefact.read(artefact.vectors.get(name)!);
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    if (!Buffer.from(bytes).equals(Buffer.from((await tiny.source.readVector(name)).buffer)))
      changed.push(name);
    expect(values.every(Number.isFinite)).toBe(true);
  }
  const { configs } = await evaluateLadder({
    runner,
    ladder: artefact.manifest.ladder,
    reference: { runner: full, precision: FULL_PRECISION },
    windows: randomSequences(2, 12, TINY_SIZES.vocabSize, 9),
  });
  await runner.close();
  await full.close();
  await dense.dispose();
  await artefact.close();
  expect(artefact.manifest.provenance.options.smooth).toBe(true);
  expect(configs.at(-1)!.kl).toBeLessThan(1e-3);
  expect(changed.some((name) => name.endsWith('_norm'))).toBe(true);
});
