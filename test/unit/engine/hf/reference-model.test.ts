import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/engine/hf/checkpoint.ts';
import { loadTokenizer } from '../../../../src/engine/tokenizer/tokenizer.ts';
import { referenceGreedy, referenceLogits } from '../../../support/reference-model.ts';
import { TINY_LLAMA3_ROPE, writeTinyCheckpoint } from '../../../support/tiny-checkpoint.ts';

const models = join(import.meta.dirname, '../../../../../shared/models');

interface Golden {
  readonly cases: readonly {
    readonly prompt: string;
    readonly ids: number[];
    readonly lastLogits: number[];
    readonly greedyIds: number[];
    readonly greedyText: string;
  }[];
}

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'reference-'));
});
afterAll(() => rm(root, { recursive: true }));

describe.each(['stories260k', 'babyllama-tok105'])('trained checkpoint %s', (model) => {
  it('gives the published logits, ids and text', async (context) => {
    const directory = join(models, model);
    if (!existsSync(directory)) context.skip(`${model} is not on this machine`);
    const golden = JSON.parse(await readFile(join(directory, 'golden.json'), 'utf8')) as Golden;
    const checkpoint = await openCheckpoint(directory);
    const tokenizer = await loadTokenizer(directory);
    for (const { prompt, ids, lastLogits, greedyIds, greedyText } of golden.cases) {
      expect([...tokenizer.encode(prompt, { addSpecialTokens: true })]).toEqual(ids);
      expect(tokenizer.decode([...ids, ...greedyIds])).toBe(greedyText);
      const logits = (await referenceLogits(checkpoint, ids)).at(-1)!;
      const scale = Math.max(...lastLogits.map(Math.abs));
      const error = Math.max(...lastLogits.map((value, i) => Math.abs(value - logits[i]!)));
      // The published values have nine digits.
      expect(error / scale).toBeLessThan(1e-8);
      expect(await referenceGreedy(checkpoint, ids, 6)).toEqual(greedyIds.slice(0, 6));
    }
    await checkpoint.close();
  });
});

describe('referenceLogits', () => {
  it.each(['llama', 'mistral', 'qwen2', 'qwen3'] as const)('is causal and finite for %s', async (family) => {
    const directory = join(root, family);
    await writeTinyCheckpoint(directory, { family, tied: false, rope: TINY_LLAMA3_ROPE });
    const checkpoint = await openCheckpoint(directory);
    const long = await referenceLogits(checkpoint, [1, 20, 30, 40]);
    const short = await referenceLogits(checkpoint, [1, 20, 30]);
    expect(short).toEqual(long.slice(0, 3));
    expect(long.every((logits) => logits.every(Number.isFinite))).toBe(true);
    expect(new Set(long.at(-1)).size).toBeGreaterThan(290);
    await checkpoint.close();
  });

  it('uses an injected matrix, the head apart from the embedding it is tied to', async () => {
    const directory = join(root, 'override');
    await writeTinyCheckpoint(directory);
    const checkpoint = await openCheckpoint(directory);
    const plain = await referenceLogits(checkpoint, [1, 20]);
    const head = Float64Array.from(
      await checkpoint.readMatrixRows('embedding', 0, 300),
      (value) => 2 * value,
    );
    const doubled = await referenceLogits(checkpoint, [1, 20], (name) => (name === 'head' ? head : null));
    doubled[1]!.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * plain[1]![i]!, 12);
    });
    await checkpoint.close();
  });

  it('scales rotation: each kind changes the logits of later positions only', async () => {
    const read = async (
      name: string,
      rope: Parameters<typeof writeTinyCheckpoint>[1],
    ): Promise<Float64Array[]> => {
      await writeTinyCheckpoint(join(root, name), rope);
      const checkpoint = await openCheckpoint(join(root, name));
      const logits = await referenceLogits(checkpoint, [1, 20, 30]);
      await checkpoint.close();
      return logits;
    };
    const plain = await read('plain', {});
    const linear = await read('linear', { rope: { theta: 10_000, scaling: { kind: 'linear', factor: 4 } } });
    const llama3 = await read('llama3', { rope: TINY_LLAMA3_ROPE });
    for (const scaled of [linear, llama3]) {
      expect(scaled[0]).toEqual(plain[0]);
      expect(scaled[2]).not.toEqual(plain[2]);
    }
  });
});
