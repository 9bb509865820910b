import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fusedMatrices } from '../../../src/core/index.ts';
import {
  dequantizeMatrix,
  openArtefact,
  openSafetensors,
  quantizeCheckpoint,
  quantizePlane,
  readPlane,
  squaredNorm,
  subtractPlane,
} from '../../../src/quant/index.ts';
import { memorySource } from './memory-source.ts';
import { quantizeOptions } from './quantize-options.ts';

let folder: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-artefact-'));
  out = join(folder, 'out');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function squaredDistance(a: Float32Array, b: Float32Array): number {
  return squaredNorm(a.map((value, i) => value - b[i]!));
}

describe('quantizeCheckpoint and openArtefact', () => {
  test.each([[[4, 4]], [[4, 2, 2]], [[2, 2, 4]], [[8]], [[2, 4]]])(
    'planes %j: every matrix comes back closer at every depth, by the error the manifest tells',
    async (planes) => {
      const source = memorySource();
      await quantizeCheckpoint(source, out, quantizeOptions({ planes, zeroPoints: 'auto' }));
      const artefact = await openArtefact(out, { verify: true });
      expect(artefact.matrices.map(({ name, n, k }) => ({ name, n, k }))).toEqual(
        fusedMatrices(source.architecture),
      );
      for (const [m, { name, n, k }] of artefact.matrices.entries()) {
        const weights = source.matrices.get(name)!.values;
        let before = squaredNorm(weights);
        for (let depth = 1; depth <= planes.length; depth++) {
          const error = squaredDistance(weights, await dequantizeMatrix(artefact, name, depth));
          expect(error).toBeLessThan(0.25 * before);
          expect(artefact.manifest.sensitivity.costs[m]![depth - 1]! * n * k).toBeCloseTo(error, 4);
          before = error;
        }
      }
      await artefact.close();
    },
  );

  test('holds vectors bit by bit, a tied embedding as the head, and what the caller said', async () => {
    const source = memorySource();
    await writeFile(join(folder, 'tokenizer.json'), '{"a":1}');
    const options = quantizeOptions({
      tokenizerFiles: [{ name: 'tokenizer.json', path: join(folder, 'tokenizer.json') }],
      provenance: { ...quantizeOptions().provenance, sourceDirectory: join(folder, 'checkpoint') },
    });
    const written = await quantizeCheckpoint(source, out, options);
    const artefact = await openArtefact(out, { verify: true });
    expect(artefact.manifest).toEqual(written);
    expect(artefact.manifest).toMatchObject({
      name: 'memory',
      architecture: source.architecture,
      generation: options.generation,
      provenance: { method: 'round', sourcePath: '../checkpoint', createdAt: '2026-01-02T03:04:05.000Z' },
    });
    expect(await readFile(join(out, 'tokenizer.json'), 'utf8')).toBe('{"a":1}');
    for (const [name, values] of source.vectors) {
      const bytes = await artefact.read(artefact.vectors.get(name)!);
      expect(new Float32Array(bytes.buffer)).toEqual(values);
    }
    expect(artefact.embedding).toBe(artefact.matrices.at(-1)!.planes);
    expect(artefact.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    await artefact.close();
  });

  test('an untied embedding is one 8-bit plane of its own', async () => {
    const source = memorySource({ tied: false });
    await quantizeCheckpoint(source, out, quantizeOptions());
    const artefact = await openArtefact(out, { verify: false });
    expect(artefact.embedding.map(({ bits, block, zeroPoints }) => [bits, block, zeroPoints])).toEqual([
      [8, 32, null],
    ]);
    const weights = source.matrices.get('embedding')!.values;
    const error = squaredDistance(weights, await dequantizeMatrix(artefact, 'embedding', 1));
    expect(error).toBeLessThan(1e-4 * squaredNorm(weights));
    await artefact.close();
  });

  test('the weights file has no gaps and aligned floats', async () => {
    await quantizeCheckpoint(
      memorySource(),
      out,
      quantizeOptions({ cascadeRanks: [2, 5], zeroPoints: 'on' }),
    );
    const file = await openSafetensors(join(out, 'model.safetensors'), 'invalid_artefact');
    const entries = [...file.tensors.values()].sort((a, b) => a.offset - b.offset);
    for (const [i, entry] of entries.entries()) {
      if (entry.dtype === 'F32') expect(entry.offset % 4).toBe(0);
      if (i > 0) expect(entry.offset).toBe(entries[i - 1]!.offset + entries[i - 1]!.bytes);
    }
    const { size } = await stat(file.path);
    expect(entries.at(-1)!.offset + entries.at(-1)!.bytes).toBe(size);
    await file.close();
  });

  test('chunks of rows give what the whole matrix gives, and no read exceeds a chunk', async () => {
    // 60,000 rows of 40 exceed one chunk of 2 Mi weights.
    const source = memorySource({ vocabSize: 60_000 });
    await quantizeCheckpoint(source, out, quantizeOptions({ zeroPoints: 'on' }));
    expect(source.largestRead()).toBeLessThanOrEqual(1 << 21);
    const artefact = await openArtefact(out, { verify: true });
    const head = artefact.matrices.at(-1)!;
    const rest = source.matrices.get('head')!.values.slice();
    for (const plane of head.planes) {
      const whole = quantizePlane(rest, head.n, head.k, { bits: plane.bits, block: 32, zeroPoint: true });
      subtractPlane(rest, whole, head.n, head.k);
      const stored = await readPlane(artefact, plane);
      for (const part of ['codes', 'scales', 'zeroPoints'] as const) {
        expect(Buffer.compare(bytesOf(stored[part]!), bytesOf(whole[part]!))).toBe(0);
      }
    }
    await artefact.close();
  });

  test('a cascade takes energy from the base plane’s error, each segment less than the one before', async () => {
    const source = memorySource();
    await quantizeCheckpoint(source, out, quantizeOptions({ planes: [2, 2], cascadeRanks: [4, 8] }));
    const artefact = await openArtefact(out, { verify: true });
    expect(artefact.manifest.ladder.map(({ id }) => id)).toContain('q2r8');
    for (const { name, n, k, cascade } of artefact.matrices) {
      const rest = source.matrices.get(name)!.values.slice();
      const base = await dequantizeMatrix(artefact, name, 1);
      rest.forEach((value, i) => {
        rest[i] = value - base[i]!;
      });
      const energies = [squaredNorm(rest)];
      for (const { rank, a, b } of cascade) {
        const [left, right] = await Promise.all(
          [a, b].map(async (entry) => floats(await artefact.read(entry))),
        );
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < k; j++) {
            for (let r = 0; r < rank; r++) rest[i * k + j]! -= left![j * rank + r]! * right![r * n + i]!;
          }
        }
        energies.push(squaredNorm(rest));
      }
      const [all, first, both] = energies as [number, number, number];
      // Four directions of k carry more than their share 4/k of the energy, the next four less than they.
      expect(all - first).toBeGreaterThan((1.5 * 4 * all) / Math.min(n, k));
      expect(first - both).toBeGreaterThan(0);
      expect(first - both).toBeLessThan(all - first);
    }
    await artefact.close();
  });

  test.each<[string, Partial<Parameters<typeof quantizeOptions>[0]>, RegExp]>([
    ['no planes', { planes: [] }, /planes: \[\] must be a list of 2, 4 and 8/],
    ['3-bit planes', { planes: [3] }, /planes: \[3\] must be/],
    ['too many bits', { planes: [8, 8, 4] }, /20 bits per weight; 16 are the most/],
    ['block 48', { block: 48 }, /block: 48 must be one of 16, 32/],
    ['falling ranks', { cascadeRanks: [8, 4] }, /cascade ranks: \[8,4\] must ascend/],
    [
      'a rank above the sizes',
      { cascadeRanks: [41] },
      /cascade ranks: 41 must be a whole number from 1 to 40/,
    ],
  ])('refuses %s', async (_, overrides, message) => {
    await expect(quantizeCheckpoint(memorySource(), out, quantizeOptions(overrides))).rejects.toMatchObject({
      code: 'invalid_usage',
      message: expect.stringMatching(message),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the output directory', () => {
  test('an existing artefact is replaced only with force', async () => {
    await quantizeCheckpoint(memorySource(), out, quantizeOptions());
    await expect(quantizeCheckpoint(memorySource(), out, quantizeOptions())).rejects.toMatchObject({
      code: 'invalid_usage',
      message: expect.stringContaining('--force'),
    });
    const manifest = await quantizeCheckpoint(
      memorySource(),
      out,
      quantizeOptions({ planes: [8], force: true }),
    );
    expect(manifest.quantization.planes).toEqual([8]);
    await (await openArtefact(out, { verify: true })).close();
    expect(await readdir(folder)).toEqual(['out']);
  });

  test('anything else is never replaced, an empty directory is used', async () => {
    await mkdir(out);
    await writeFile(join(out, 'thesis.txt'), 'precious');
    await expect(
      quantizeCheckpoint(memorySource(), out, quantizeOptions({ force: true })),
    ).rejects.toMatchObject({
      code: 'invalid_usage',
      message: expect.stringContaining('not a quept artefact'),
    });
    expect(await readdir(out)).toEqual(['thesis.txt']);
    await rm(join(out, 'thesis.txt'));
    await quantizeCheckpoint(memorySource(), out, quantizeOptions());
    await (await openArtefact(out, { verify: true })).close();
  });

  test('an aborted run leaves nothing, and leaves the artefact that was there', async () => {
    await quantizeCheckpoint(memorySource(), out, quantizeOptions({ planes: [8] }));
    const abort = new AbortController();
    const run = quantizeCheckpoint(
      memorySource(),
      out,
      quantizeOptions({
        force: true,
        signal: abort.signal,
        onProgress: ({ matrix }) => {
          if (matrix === 'layers.1.o') abort.abort();
        },
      }),
    );
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(folder)).toEqual(['out']);
    const artefact = await openArtefact(out, { verify: true });
    expect(artefact.manifest.quantization.planes).toEqual([8]);
    await artefact.close();
  });

  test('a source that fails half-way, or a missing tokenizer file, leaves nothing', async () => {
    const failing = memorySource({
      onRead: (name) => {
        if (name === 'layers.1.down') throw new Error('cable pulled');
      },
    });
    await expect(quantizeCheckpoint(failing, out, quantizeOptions())).rejects.toThrow('cable pulled');
    const missing = quantizeOptions({
      tokenizerFiles: [{ name: 'tokenizer.json', path: join(folder, 'none.json') }],
    });
    await expect(quantizeCheckpoint(memorySource(), out, missing)).rejects.toMatchObject({
      code: 'invalid_checkpoint',
      message: expect.stringContaining('tokenizer.json'),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a full disk is told in plain words and leaves nothing', async (ctx) => {
    if (process.platform !== 'linux') ctx.skip('/dev/full exists on Linux only');
    const diskFull: unknown = await writeFile('/dev/full', 'x').catch((error: unknown) => error);
    const source = memorySource({
      onRead: (name) => {
        if (name === 'layers.1.down') throw diskFull;
      },
    });
    await expect(quantizeCheckpoint(source, out, quantizeOptions())).rejects.toMatchObject({
      code: 'invalid_usage',
      message: `Cannot write ${out}: the disk is full. Free some space, or choose another disk. Nothing was left behind.`,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('progress ends at the total, embedding included', async () => {
    const seen: { doneWeights: number; totalWeights: number }[] = [];
    const source = memorySource({ tied: false });
    await quantizeCheckpoint(source, out, quantizeOptions({ onProgress: (progress) => seen.push(progress) }));
    const weights = [...source.matrices.values()].reduce((sum, { values }) => sum + values.length, 0);
    expect(seen.at(-1)).toMatchObject({ doneWeights: weights, totalWeights: weights });
  });
});

describe('zero points', () => {
  test('auto puts them into offset matrices and leaves them out where the symmetric grid is exact', async () => {
    const source = memorySource();
    source.matrices.get('layers.0.o')!.values.forEach((value, i, values) => {
      values[i] = value + 2;
    });
    // Whole multiples of one step within the symmetric range: nothing is left to gain.
    source.matrices.get('head')!.values.forEach((_, i, values) => {
      values[i] = 0.25 * ((i % 16) - 8);
    });
    const manifest = await quantizeCheckpoint(
      source,
      out,
      quantizeOptions({ zeroPoints: 'auto', block: 16 }),
    );
    const byName = new Map(manifest.matrices.map(({ name, zeroPoints }) => [name, zeroPoints]));
    expect(byName.get('layers.0.o')![0]).toBe(true);
    expect(byName.get('head')![0]).toBe(false);
    await (await openArtefact(out, { verify: true })).close();
  });
});

function bytesOf(array: Uint8Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
