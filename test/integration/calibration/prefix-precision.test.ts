import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluatePrefixes, type PrefixEvaluation } from '../../../src/calibration/index.ts';
import {
  artefactEmbedding,
  artefactWeights,
  denseWeights,
  openCheckpoint,
  openRunner,
} from '../../../src/engine/index.ts';
import { defaultBlock, openArtefact, quantizeCheckpoint } from '../../../src/quant/index.ts';
import { FULL_PRECISION } from '../../support/full-precision.ts';
import { writeTinyArtefact } from '../../support/tiny-artefact.ts';

const MODELS = new URL('../../../../shared/models/', import.meta.url);
const NAMES = ['stories260k', 'babyllama-tok105'];

function loss(pairs: readonly PrefixEvaluation[], prefix: string, continuation: string): number {
  const pair = pairs.find((one) => one.prefix === prefix && one.continuation === continuation);
  return pair?.kl ?? Number.NaN;
}

/** Every pair of q4 and q8, against full precision, on what the model itself says after its golden prompts. */
async function measure(directory: string): Promise<PrefixEvaluation[]> {
  const out = await mkdtemp(join(tmpdir(), 'quept-prefix-'));
  const source = await openCheckpoint(directory);
  const { ladder } = await quantizeCheckpoint(source, join(out, 'artefact'), {
    name: 'model',
    planes: [4, 4],
    block: defaultBlock(source.architecture),
    zeroPoints: 'auto',
    tokenizerFiles: [],
    generation: { endTokenIds: [], maxTokens: null, sampling: {} },
    provenance: {
      toolVersion: 'test',
      sourceName: 'model',
      sourceDirectory: null,
      sourceSha256: null,
      createdAt: new Date(0),
    },
  });
  const dense = await denseWeights(source);
  const reference = await openRunner(dense.weights, dense.embedding, { slots: 1 });
  const artefact = await openArtefact(join(out, 'artefact'), { verify: false });
  const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), { slots: 1 });
  const { cases } = JSON.parse(readFileSync(join(directory, 'golden.json'), 'utf8')) as {
    cases: { ids: number[]; greedyIds: number[] }[];
  };
  const pairs = await evaluatePrefixes({
    runner,
    ladder: [ladder[0]!, ladder.at(-1)!],
    reference: { runner: reference, precision: FULL_PRECISION },
    windows: cases.map(({ ids, greedyIds }) => Int32Array.from([...ids, ...greedyIds])),
  });
  await runner.close();
  await reference.close();
  await artefact.close();
  await dense.dispose();
  await source.close();
  await rm(out, { recursive: true });
  return pairs;
}

// What the rule of reuse rests on: docs/prefix-cache.md has the figures on a longer text.
describe.each(NAMES)('%s', (name) => {
  test('[K3] a prefix at 4 bits costs an answer at 8 bits little, but not nothing', async (context) => {
    const directory = new URL(name, MODELS).pathname;
    if (!existsSync(directory)) context.skip('needs the reference checkpoints of ../shared/models');
    const pairs = await measure(directory);
    // Next to what 4 bits lose it is little …
    expect(loss(pairs, 'q4', 'q8')).toBeLessThan(0.15 * loss(pairs, 'q4', 'q4'));
    // … next to what 8 bits lose it is much …
    expect(loss(pairs, 'q4', 'q8')).toBeGreaterThan(2 * loss(pairs, 'q8', 'q8'));
    // … and a better prefix never harms.
    expect(loss(pairs, 'q8', 'q4')).toBeLessThan(1.02 * loss(pairs, 'q4', 'q4'));
  });
});

test('a prefix at the same config changes nothing, one at another config does', async () => {
  const tiny = await writeTinyArtefact({ contextLength: 64 });
  const artefact = await openArtefact(tiny.directory, { verify: false });
  const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), { slots: 1 });
  const ladder = [artefact.manifest.ladder[0]!, artefact.manifest.ladder.at(-1)!];
  const windows = [Int32Array.from({ length: 41 }, (_, i) => 3 + ((i * 37) % 240)), Int32Array.of(5, 6, 7)];
  for (const precision of ladder) {
    const pairs = await evaluatePrefixes({ runner, ladder, reference: { runner, precision }, windows });
    for (const { prefix, continuation, kl } of pairs.filter((pair) => pair.continuation === precision.id)) {
      if (prefix === continuation) expect(kl).toBeLessThan(1e-6);
      else expect(kl).toBeGreaterThan(1e-5);
    }
  }
  const short = evaluatePrefixes({
    runner,
    ladder,
    reference: { runner, precision: ladder[0]! },
    windows: [],
  });
  await expect(short).rejects.toThrow(RangeError);
  await runner.close();
  await artefact.close();
  await tiny.remove();
});
