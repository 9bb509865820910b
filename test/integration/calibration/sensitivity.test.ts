import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureSensitivity } from '../../../src/calibration/measure-sensitivity.ts';
import { precisionGroups } from '../../../src/calibration/precision-groups.ts';
import { fusedMatrices, type ModelRunner } from '../../../src/core/index.ts';
import { artefactEmbedding, artefactWeights, openRunner } from '../../../src/engine/index.ts';
import { type Artefact, openArtefact, quantizeCheckpoint } from '../../../src/quant/index.ts';
import { randomSequences, TINY_SIZES, type TinyCalibration, tinyCalibration } from './tiny-calibration.ts';

const PLANES = [2, 2, 4] as const;
const RANKS = [4, 8];
let tiny: TinyCalibration;
let artefact: Artefact;
let runner: ModelRunner & { close(): Promise<void> };

beforeAll(async () => {
  tiny = await tinyCalibration();
  const out = join(tiny.folder, 'rounded');
  const { name, block, zeroPoints, tokenizerFiles, generation, provenance } = tiny.options();
  await quantizeCheckpoint(tiny.source, out, {
    ...{ name, block, zeroPoints, tokenizerFiles, generation },
    planes: [...PLANES],
    cascadeRanks: RANKS,
    provenance: { ...provenance, sourceDirectory: null },
  });
  artefact = await openArtefact(out, { verify: false });
  runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), { slots: 1 });
});
afterAll(async () => {
  await runner.close();
  await artefact.close();
  await tiny.remove();
});

/** Logits of every position but the last, as float64 probabilities. */
async function probabilities(planes: number[], ranks: number[], tokens: Int32Array): Promise<number[][]> {
  const slot = runner.acquireSlot()!;
  const precision = { id: 'x', averageBits: 0, planes, ranks, predictedKl: null, msPerToken: null };
  const { logits } = await runner.execute({ precision, rows: [{ slot, tokens, logits: 'all' }] });
  const { vocabSize } = TINY_SIZES;
  const rows = Array.from({ length: tokens.length - 1 }, (_, position) => {
    const weights = [...logits.slice(position * vocabSize, (position + 1) * vocabSize)].map(Math.exp);
    const total = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / total);
  });
  runner.releaseSlot(slot);
  return rows;
}

test('sensitivity is the KL of each matrix at each depth and each live rank, all others at their highest', async () => {
  const matrices = fusedMatrices(tiny.source.architecture).length;
  const levels = precisionGroups({ planeBits: PLANES, liveRanks: RANKS });
  const windows = randomSequences(2, 6, TINY_SIZES.vocabSize, 3);
  const reports: [number, number][] = [];
  const damage = await measureSensitivity({
    runner,
    matrices,
    levels,
    windows,
    onProgress: (done, total) => reports.push([done, total]),
  });
  const runs = 2 * matrices * 4;
  expect(reports).toEqual(Array.from({ length: runs }, (_, i) => [i + 1, runs]));
  expect(damage.map((ofMatrix) => ofMatrix.length)).toEqual(Array(matrices).fill(levels.length));
  for (let m = 0; m < matrices; m++) {
    for (const [l, { depth, rank }] of levels.entries()) {
      let sum = 0;
      for (const tokens of windows) {
        const all = Array(matrices).fill(3);
        const none = Array(matrices).fill(0);
        const wanted = await probabilities(all, none, tokens);
        const found = await probabilities(all.with(m, depth), none.with(m, rank), tokens);
        wanted.forEach((row, i) => {
          sum += row.reduce((kl, p, token) => kl + p * Math.log(p / found[i]![token]!), 0);
        });
      }
      const mean = sum / (2 * 5);
      expect(Math.abs(damage[m]![l]! - mean)).toBeLessThan(1e-6 + 1e-3 * mean);
    }
    const [base, narrow, wide, deeper, all] = damage[m]!;
    expect(all).toBe(0);
    expect(base).toBeGreaterThan(3 * deeper!);
    // A cascade of the leading directions of what rounding left: not less with more of them, on the whole.
    expect(narrow).not.toBe(base);
    expect(wide).not.toBe(narrow);
  }
  const total = (l: number) => damage.reduce((sum, ofMatrix) => sum + ofMatrix[l]!, 0);
  expect(total(2)).toBeLessThan(total(0));
});

test('an abort ends it with its reason', async () => {
  const abort = new AbortController();
  const run = measureSensitivity({
    runner,
    matrices: 5,
    levels: precisionGroups({ planeBits: PLANES, liveRanks: [] }),
    windows: randomSequences(1, 4, TINY_SIZES.vocabSize, 3),
    onProgress: () => abort.abort(new Error('enough')),
    signal: abort.signal,
  });
  await expect(run).rejects.toThrow('enough');
});
