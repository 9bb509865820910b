import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ModelArchitecture } from '../../../src/core/index.ts';
import { type AttentionKind, denseWeights, openCheckpoint, openRunner } from '../../../src/engine/index.ts';
import { FULL_PRECISION } from '../../support/full-precision.ts';
import { referenceLogits } from '../../support/reference-model.ts';
import {
  TINY_LLAMA3_ROPE,
  type TinyCheckpointOptions,
  writeTinyCheckpoint,
} from '../../support/tiny-checkpoint.ts';

const CASES: [string, TinyCheckpointOptions][] = [
  ['llama, tied', { family: 'llama', tied: true }],
  ['llama 3 rope, untied', { family: 'llama', tied: false, rope: TINY_LLAMA3_ROPE }],
  [
    'linear rope scaling',
    { family: 'llama', rope: { theta: 10_000, scaling: { kind: 'linear', factor: 4 } } },
  ],
  ['mistral', { family: 'mistral', tied: false }],
  ['qwen2 with biases', { family: 'qwen2' }],
  ['qwen3 with head norms', { family: 'qwen3' }],
  ['one key head for all', { family: 'llama', sizes: { heads: 4, kvHeads: 1 } }],
  ['as many key heads', { family: 'qwen3', sizes: { heads: 4, kvHeads: 4 } }],
];
const ATTENTIONS: AttentionKind[] = ['in-place', 'two-part'];
const TOKENS = Int32Array.from({ length: 70 }, (_, i) => 3 + ((i * 37) % 250));

let folder: string | null = null;
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
  folder = null;
});

async function openCase(options: TinyCheckpointOptions, attention: AttentionKind) {
  folder = await mkdtemp(join(tmpdir(), 'quept-dense-test-'));
  await writeTinyCheckpoint(folder, options);
  const source = await openCheckpoint(folder);
  const dense = await denseWeights(source);
  const runner = await openRunner(dense.weights, dense.embedding, { attention, slots: 3 });
  const close = async () => {
    await runner.close();
    await dense.dispose();
    await source.close();
  };
  return { source, runner, close };
}

function worstError(logits: Float32Array, expected: readonly Float64Array[]): number {
  const width = expected[0]!.length;
  const scale = Math.max(...expected.flatMap((row) => row.reduce((max, x) => Math.max(max, Math.abs(x)), 0)));
  let worst = 0;
  expected.forEach((row, position) => {
    row.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(logits[position * width + i]! - value));
    });
  });
  return worst / scale;
}

describe.each(ATTENTIONS)('unquantized graph, %s attention', (attention) => {
  test.each(CASES)(
    '[E2] %s: every position’s logits are those of the float64 reference',
    async (_, options) => {
      const { source, runner, close } = await openCase(options, attention);
      const expected = await referenceLogits(source, [...TOKENS]);
      const slot = runner.acquireSlot()!;
      const { logits } = await runner.execute({
        precision: FULL_PRECISION,
        rows: [{ slot, tokens: TOKENS, logits: 'all' }],
      });
      // float32 sums against float64 ones through two layers.
      expect(worstError(logits, expected)).toBeLessThan(1e-5);
      await close();
    },
  );

  test('prefill in chunks, interleaved with other rows and moved about, ends in the same logits', async () => {
    const { source, runner, close } = await openCase({ family: 'qwen3' }, attention);
    const expected = (await referenceLogits(source, [...TOKENS])) as Float64Array[];
    const others = [runner.acquireSlot()!, runner.acquireSlot()!];
    const slot = runner.acquireSlot()!;
    const run = async (target: number, from: number, to: number) => {
      const rows = [{ slot: target, tokens: TOKENS.slice(from, to), logits: 'last' as const }];
      const { logits } = await runner.execute({ precision: FULL_PRECISION, rows });
      runner.commit(target, to - from);
      return logits;
    };
    await run(others[0]!, 0, 20);
    await run(others[1]!, 0, 5);
    await run(slot, 0, 33);
    // Slots 0 and 2 are brought together: rows move.
    await runner.execute({
      precision: FULL_PRECISION,
      rows: [others[0]!, slot].map((each) => ({ slot: each, tokens: TOKENS.slice(33, 34), logits: 'last' })),
    });
    await run(slot, 33, 69);
    expect(runner.movedPositions).toBeGreaterThan(0);
    const last = await run(slot, 69, 70);
    expect(worstError(last, expected.slice(-1))).toBeLessThan(1e-5);
    await close();
  });
});

test('[E4] a pass that is not committed leaves no trace', async () => {
  const { runner, close } = await openCase({ family: 'llama' }, 'in-place');
  const slot = runner.acquireSlot()!;
  const pass = (tokens: Int32Array) =>
    runner.execute({ precision: FULL_PRECISION, rows: [{ slot, tokens, logits: 'last' }] });
  await pass(TOKENS.slice(0, 10));
  runner.commit(slot, 10);
  const wanted = (await pass(TOKENS.slice(10, 11))).logits.slice();
  await pass(TOKENS.slice(20, 60));
  expect(runner.slotLength(slot)).toBe(10);
  expect((await pass(TOKENS.slice(10, 11))).logits).toEqual(wanted);
  await close();
});

test('a batch outside the port’s rules is refused and leaves the runner usable', async () => {
  const { runner, close } = await openCase({ family: 'llama', sizes: { contextLength: 32 } }, 'in-place');
  const [a, b] = [runner.acquireSlot()!, runner.acquireSlot()!];
  const row = (slot: number, length: number) => ({
    slot,
    tokens: TOKENS.slice(0, length),
    logits: 'last' as const,
  });
  const execute = (rows: ReturnType<typeof row>[]) => runner.execute({ precision: FULL_PRECISION, rows });
  await expect(execute([])).rejects.toThrow(RangeError);
  await expect(execute([row(a, 2), row(b, 2)])).rejects.toThrow(/one row of tokens or several rows of one/);
  await expect(execute([row(a, 33)])).rejects.toThrow(/exceed the context of 32/);
  await expect(
    runner.execute({
      precision: FULL_PRECISION,
      rows: [{ slot: a, tokens: Int32Array.of(300), logits: 'last' }],
    }),
  ).rejects.toThrow(/not in the vocabulary/);
  const { logits } = await execute([row(a, 1), row(b, 1)]);
  expect(logits.every(Number.isFinite)).toBe(true);
  await close();
});

test('head sizes that in-place attention cannot rotate are served by two-part attention', async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-dense-test-'));
  const sizes: Partial<ModelArchitecture> = { hiddenSize: 32, headDim: 8 };
  await writeTinyCheckpoint(folder, { family: 'llama', sizes });
  const source = await openCheckpoint(folder);
  const dense = await denseWeights(source);
  const runner = await openRunner(dense.weights, dense.embedding, { slots: 1 });
  const expected = await referenceLogits(source, [...TOKENS]);
  const slot = runner.acquireSlot()!;
  const rows = [{ slot, tokens: TOKENS, logits: 'all' as const }];
  const { logits } = await runner.execute({ precision: FULL_PRECISION, rows });
  expect(worstError(logits, expected)).toBeLessThan(1e-5);
  await runner.close();
  await dense.dispose();
  await source.close();
});
