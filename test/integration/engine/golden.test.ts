import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModelRunner, PrecisionConfig } from '../../../src/core/index.ts';
import {
  artefactEmbedding,
  artefactWeights,
  checkpointFingerprint,
  denseWeights,
  loadTokenizer,
  openCheckpoint,
  openRunner,
} from '../../../src/engine/index.ts';
import { defaultBlock, openArtefact, quantizeCheckpoint } from '../../../src/quant/index.ts';
import { FULL_PRECISION } from '../../support/full-precision.ts';
import { greedyRun } from '../../support/greedy-run.ts';

const MODELS = new URL('../../../../shared/models/', import.meta.url);
const NAMES = ['stories260k', 'babyllama-tok105'];

interface GoldenCase {
  readonly prompt: string;
  readonly ids: number[];
  /** Of a float64 forward pass, last position. */
  readonly lastLogits: number[];
  readonly greedyIds: number[];
}

function goldenCases(directory: string): GoldenCase[] {
  return JSON.parse(readFileSync(join(directory, 'golden.json'), 'utf8')).cases;
}

/** Per case: max|Δ| / max|logit| at the last prompt position, and how many greedy ids agree from the start. */
async function compare(runner: ModelRunner, precision: PrecisionConfig, cases: readonly GoldenCase[]) {
  const results: { error: number; agreeing: number; wanted: number }[] = [];
  for (const { ids, lastLogits, greedyIds } of cases) {
    const { steps, firstLogits } = await greedyRun(runner, precision, Int32Array.from(ids), greedyIds.length);
    const scale = Math.max(...lastLogits.map(Math.abs));
    const worst = Math.max(...lastLogits.map((logit, i) => Math.abs(logit - firstLogits[i]!)));
    const differs = steps.findIndex(({ tokenId }, i) => tokenId !== greedyIds[i]);
    const agreeing = differs < 0 ? greedyIds.length : differs;
    results.push({ error: worst / scale, agreeing, wanted: greedyIds.length });
  }
  return results;
}

describe.each(NAMES)('%s', (name) => {
  const directory = new URL(name, MODELS).pathname;
  const present = existsSync(directory);
  const reason = 'needs the reference checkpoints of ../shared/models';

  test('the tokenizer gives the golden prompt ids', async (context) => {
    if (!present) context.skip(reason);
    const tokenizer = await loadTokenizer(directory);
    for (const { prompt, ids } of goldenCases(directory)) {
      expect([...tokenizer.encode(prompt, { addSpecialTokens: true })]).toEqual(ids);
    }
  });

  test('unquantized: logits within 1e-4 and greedy ids exactly', async (context) => {
    if (!present) context.skip(reason);
    const source = await openCheckpoint(directory);
    const dense = await denseWeights(source);
    const runner = await openRunner(dense.weights, dense.embedding, { slots: 1 });
    for (const { error, agreeing, wanted } of await compare(runner, FULL_PRECISION, goldenCases(directory))) {
      expect(error).toBeLessThan(1e-4);
      expect(agreeing).toBe(wanted);
    }
    await runner.close();
    await dense.dispose();
    await source.close();
  });

  test('8 bits: logits within 2 %, greedy text the same for 24 tokens on two prompts of three', async (context) => {
    if (!present) context.skip(reason);
    const out = await mkdtemp(join(tmpdir(), 'quept-golden-'));
    const source = await openCheckpoint(directory);
    const manifest = await quantizeCheckpoint(source, join(out, 'artefact'), {
      name,
      planes: [4, 4],
      block: defaultBlock(source.architecture),
      zeroPoints: 'auto',
      tokenizerFiles: [],
      generation: { endTokenIds: [], maxTokens: null, sampling: {} },
      provenance: {
        toolVersion: 'test',
        sourceName: name,
        sourceDirectory: directory,
        sourceSha256: await checkpointFingerprint(directory),
        createdAt: new Date(0),
      },
    });
    const artefact = await openArtefact(join(out, 'artefact'), { verify: true });
    const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
      slots: 1,
    });
    const results = await compare(runner, manifest.ladder.at(-1)!, goldenCases(directory));
    for (const { error } of results) expect(error).toBeLessThan(0.02);
    expect(results.filter(({ agreeing }) => agreeing >= 24).length).toBeGreaterThanOrEqual(2);
    await runner.close();
    await artefact.close();
    await source.close();
    await rm(out, { recursive: true });
  });
});
