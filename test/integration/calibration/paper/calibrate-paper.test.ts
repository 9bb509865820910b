import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphInputs } from '../../../../src/calibration/graph-inputs.ts';
import {
  calibratePaper,
  minMaxWeights,
  openSimulation,
  type PaperOptions,
  paperScheme,
  simulatedWeights,
  workDirectory,
} from '../../../../src/calibration/index.ts';
import { groupNames, paperNames } from '../../../../src/calibration/paper/paper-names.ts';
import { blockMatrices, groupOf, scaleBlock } from '../../../../src/calibration/paper/paper-scheme.ts';
import { simulatedMatrix } from '../../../../src/calibration/paper/paper-stage-graph.ts';
import { GraphBuilder } from '../../../../src/onnx/index.ts';
import { runGraph } from '../../../support/graph-session.ts';
import { seededUniform } from '../../../support/seeded-random.ts';
import { type TinyGround, tinyGround } from './tiny-ground.ts';

const LAYERS = 2;
const SEQUENCES = 8;
const LENGTH = 8;
const STEPS_PER_BLOCK = 4;

let tiny: TinyGround;
/** A finished run to compare with. */
let whole: string;

beforeAll(async () => {
  tiny = await tinyGround(LAYERS);
  whole = join(tiny.folder, 'whole');
  await calibratePaper(tiny.checkpoint, whole, options());
});
afterAll(() => tiny.remove());

function options(more: Partial<PaperOptions> = {}): PaperOptions {
  const uniform = seededUniform(3);
  const draw = () => Int32Array.from({ length: LENGTH }, () => Math.floor(300 * uniform()));
  return {
    name: 'tiny',
    scheme: paperScheme([[2, 3], [8]], [6, 3], tiny.checkpoint.architecture),
    clipping: true,
    mergeTokens: true,
    sequences: Array.from({ length: SEQUENCES }, draw),
    epochs: 2,
    batch: 4,
    seed: 4,
    threads: 1,
    resume: false,
    force: false,
    provenance: {
      toolVersion: 'test',
      sourceName: 'tiny',
      sourceDirectory: tiny.checkpoint.directory,
      sourceSha256: 'a'.repeat(64),
      dataSha256: 'b'.repeat(64),
      createdAt: new Date(0),
    },
    ...more,
  };
}

const digest = (directory: string) =>
  createHash('sha256')
    .update(readFileSync(join(directory, 'paper.safetensors')))
    .digest('hex');

/** Begins a run and aborts it at its `step`th step of all blocks. */
async function interrupt(out: string, step: number, more: Partial<PaperOptions> = {}): Promise<void> {
  const controller = new AbortController();
  const stop = new Error('stopped');
  const onProgress = ({ done }: { readonly done: number }) => {
    if (done >= step) controller.abort(stop);
  };
  await expect(
    calibratePaper(tiny.checkpoint, out, { ...options(), onProgress, signal: controller.signal, ...more }),
  ).rejects.toBe(stop);
}

describe('calibratePaper', () => {
  test('writes two files, which say what they are and fit each other', async () => {
    expect(readdirSync(whole).sort()).toEqual(['paper.json', 'paper.safetensors']);
    const { manifest, close } = await openSimulation(whole, tiny.checkpoint.architecture);
    await close();
    expect(manifest).toMatchObject({
      formatVersion: 1,
      widths: [2, 3, 8],
      groups: [[2, 3], [8]],
      ranks: [6, 3],
      weights: { sha256: digest(whole) },
      provenance: { method: 'quept-paper', sourcePath: '../checkpoint', options: { seed: 4, epochs: 2 } },
    });
  });

  test.each(Array.from({ length: LAYERS }, (_, block) => block))(
    'interrupted in block %i it goes on to the same weights, bit for bit',
    async (block) => {
      const out = join(tiny.folder, `interrupted-${block}`);
      const step = block * STEPS_PER_BLOCK + 1 + Math.floor(Math.random() * STEPS_PER_BLOCK);
      await interrupt(out, step);
      const kept = readdirSync(tiny.folder).includes(basename(workDirectory(out)));
      // Before the first block is done there is nothing to keep.
      expect(kept).toBe(step >= STEPS_PER_BLOCK);
      let first: number | null = null;
      const onProgress = ({ done }: { readonly done: number }) => {
        first ??= done;
      };
      await calibratePaper(tiny.checkpoint, out, options({ resume: true, onProgress }));
      const done = Math.floor(step / STEPS_PER_BLOCK) * STEPS_PER_BLOCK;
      expect(first, `after step ${step}`).toBe(done < LAYERS * STEPS_PER_BLOCK ? done + 1 : null);
      expect(digest(out), `after step ${step}`).toBe(digest(whole));
      expect(readdirSync(tiny.folder)).not.toContain(basename(workDirectory(out)));
    },
  );

  test('does not go on with a run of other options', async () => {
    const out = join(tiny.folder, 'changed');
    await interrupt(out, STEPS_PER_BLOCK + 1);
    const act = calibratePaper(tiny.checkpoint, out, options({ resume: true, mergeTokens: false }));
    await expect(act).rejects.toThrow(/^--resume: .*other options/);
    await rm(workDirectory(out), { recursive: true });
  });

  test('replaces what it made before with force alone, and never what is not its own', async () => {
    const out = join(tiny.folder, 'twice');
    await calibratePaper(tiny.checkpoint, out, options({ epochs: 1, seed: 5 }));
    const before = digest(out);
    expect(before).not.toBe(digest(whole));
    await expect(calibratePaper(tiny.checkpoint, out, options())).rejects.toThrow(/--force/);
    expect(digest(out)).toBe(before);
    await calibratePaper(tiny.checkpoint, out, options({ force: true }));
    expect(digest(out)).toBe(digest(whole));
    const foreign = join(tiny.folder, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'paper.json'), '{"name":"an npm package, say"}');
    await expect(calibratePaper(tiny.checkpoint, foreign, options({ force: true }))).rejects.toThrow(
      /not a quept artefact/,
    );
  });
});

describe('what was learned, opened again', () => {
  test('gives the weights that the graph gives, at every width', async () => {
    const { architecture } = tiny.checkpoint;
    const simulation = await openSimulation(whole, architecture);
    for (const width of simulation.manifest.widths) {
      const simulated = simulatedWeights(tiny.checkpoint, simulation, width);
      const group = simulation.scheme.indexOf(groupOf(simulation.scheme, width));
      for (const matrix of blockMatrices(architecture)) {
        const { name, n, k } = matrix;
        const inputs = new GraphInputs(new GraphBuilder('matrix'));
        const weights = simulatedMatrix(inputs, matrix, simulation.scheme, group, width);
        const blocks = Math.ceil(k / scaleBlock(width, k));
        const feed = async (tensor: string, rows: number, columns: number[]) => ({
          shape: [rows, ...columns],
          data: await simulation.read(tensor, 0, rows),
        });
        const [expected] = await runGraph(inputs.g, [weights], {
          [paperNames.weights(name)]: {
            shape: [n, k],
            data: await tiny.checkpoint.readMatrixRows(name, 0, n),
          },
          [paperNames.a(name)]: await feed(paperNames.a(name), k, [6]),
          [paperNames.b(name)]: await feed(paperNames.b(name), n, [6]),
          [groupNames.alpha(name, group)]: await feed(paperNames.alpha(name, width), n, [blocks, 1]),
          [groupNames.beta(name, group)]: await feed(paperNames.beta(name, width), n, [blocks, 1]),
          [groupNames.top(group)]: { shape: [], data: Float32Array.of(2 ** width - 1) },
        });
        const half = Math.floor(n / 2);
        const rows = [
          ...(await simulated.readMatrixRows(name, 0, half)),
          ...(await simulated.readMatrixRows(name, half, n)),
        ];
        const largest = Math.max(...rows.map(Math.abs));
        const apart = rows.filter((value, i) => Math.abs(value - expected![i]!) > 2e-6 * largest);
        // Sums of the cascade in another order: a weight on the boundary of two codes may fall to either side.
        expect(apart.length, `${name} at ${width} bits`).toBeLessThanOrEqual(n * k * 1e-4);
      }
    }
    await simulation.close();
  });

  test('leaves embedding, head and vectors alone, and closes nothing that is not its own', async () => {
    const simulation = await openSimulation(whole, tiny.checkpoint.architecture);
    const simulated = simulatedWeights(tiny.checkpoint, simulation, 2);
    for (const name of ['head', 'embedding'])
      expect(await simulated.readMatrixRows(name, 3, 9)).toEqual(
        await tiny.checkpoint.readMatrixRows(name, 3, 9),
      );
    const norm = 'layers.0.mlp_norm';
    expect(await simulated.readVector(norm)).toEqual(await tiny.checkpoint.readVector(norm));
    await simulated.close();
    expect(await simulated.readMatrixRows('layers.0.o', 0, 1)).toHaveLength(64);
    await simulation.close();
  });

  test('is held against min-max rounding on the same groups', async () => {
    const plain = minMaxWeights(tiny.checkpoint, 2);
    const exact = await tiny.checkpoint.readMatrixRows('layers.1.down', 7, 8);
    const row = await plain.readMatrixRows('layers.1.down', 7, 8);
    for (const [from, to] of [
      [0, 128],
      [128, 160],
    ]) {
      const [wanted, got] = [exact.slice(from, to), row.slice(from, to)];
      const step = (Math.max(...wanted) - Math.min(...wanted)) / 3;
      expect(new Set(got).size).toBe(4);
      // The zero point is rounded, so the grid may be off by half a step, and a code by another half.
      got.forEach((value, i) => {
        expect(Math.abs(value - wanted[i]!)).toBeLessThan(1.01 * step);
      });
    }
  });

  test.each([
    ['a bit of the weights', 'paper.safetensors', /paper\.safetensors: does not match its SHA-256/],
    ['a field of the manifest', 'ranks', /paper\.json: ranks: must not ascend/],
    ['the groups of the manifest', 'groups', /paper\.json: groups: must hold the widths/],
    ['its version', 'formatVersion', /paper\.json: formatVersion/],
    ['its syntax', 'syntax', /paper\.json: the file: is not valid JSON/],
  ])('is refused when %s is wrong', async (_, what, reason) => {
    const out = join(tiny.folder, `damaged-${what}`);
    await mkdir(out);
    const manifest = JSON.parse(await readFile(join(whole, 'paper.json'), 'utf8'));
    const weights = await readFile(join(whole, 'paper.safetensors'));
    if (what === 'paper.safetensors') weights[weights.length - 1]! ^= 1;
    if (what === 'ranks') manifest.ranks = [3, 6];
    if (what === 'groups') manifest.groups = [[2], [8]];
    if (what === 'formatVersion') manifest.formatVersion = 2;
    await writeFile(
      join(out, 'paper.json'),
      JSON.stringify(manifest).slice(0, what === 'syntax' ? 40 : undefined),
    );
    await writeFile(join(out, 'paper.safetensors'), weights);
    await expect(openSimulation(out, tiny.checkpoint.architecture)).rejects.toThrow(reason);
  });

  test('is refused beside another architecture', async () => {
    const other = { ...tiny.checkpoint.architecture, layers: LAYERS + 1 };
    await expect(openSimulation(whole, other)).rejects.toThrow(/has no tensor layers\.2\.qkv\.a/);
  });
});
