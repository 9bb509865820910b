import { cp, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ArtefactManifest,
  openArtefact,
  openSafetensors,
  quantizeCheckpoint,
} from '../../../src/quant/index.ts';
import { memorySource } from './memory-source.ts';
import { quantizeOptions } from './quantize-options.ts';

let folder: string;
let pristine: string;
let artefact: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-damage-'));
  pristine = join(folder, 'pristine');
  await writeFile(join(folder, 'tokenizer.json'), '{}');
  const tokenizerFiles = [{ name: 'tokenizer.json', path: join(folder, 'tokenizer.json') }];
  await quantizeCheckpoint(memorySource(), pristine, quantizeOptions({ tokenizerFiles, cascadeRanks: [4] }));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  artefact = join(folder, 'damaged');
  await cp(pristine, artefact, { recursive: true });
});
afterEach(async () => {
  await rm(artefact, { recursive: true, force: true });
});

async function editManifest(edit: (manifest: ArtefactManifest) => void): Promise<void> {
  const path = join(artefact, 'quept.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as ArtefactManifest;
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

async function flipByte(file: string, position: number): Promise<void> {
  const handle = await open(join(artefact, file), 'r+');
  const byte = new Uint8Array(1);
  await handle.read(byte, 0, 1, position);
  await handle.write(Uint8Array.of(byte[0]! ^ 0x10), 0, 1, position);
  await handle.close();
}

/** Rewrites the weights' header, keeping its length. */
async function editHeader(edit: (header: string) => string): Promise<void> {
  const path = join(artefact, 'model.safetensors');
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = bytes.toString('utf8', 8, 8 + length);
  bytes.write(edit(header).trimEnd().padEnd(length, ' '), 8, 'utf8');
  await writeFile(path, bytes);
}

function refusal(verify = false) {
  return openArtefact(artefact, { verify }).then(
    async (opened) => {
      await opened.close();
      throw new Error('the damaged artefact was opened');
    },
    (error: unknown) => error as { code: string; message: string },
  );
}

describe('openArtefact refuses', () => {
  test('nothing, when nothing is wrong', async () => {
    await (await openArtefact(artefact, { verify: true })).close();
  });

  test('a flipped byte in any tensor, naming the tensor', async () => {
    const weights = await openSafetensors(join(pristine, 'model.safetensors'), 'invalid_artefact');
    const names = ['layers.1.down.plane1.codes', 'head.plane0.scales', 'layers.0.o.cascade0.b', 'final_norm'];
    const entries = names.map((name) => weights.tensors.get(name)!);
    await weights.close();
    for (const { name, offset, bytes } of entries) {
      await flipByte('model.safetensors', offset + (bytes >> 1));
      const error = await refusal(true);
      expect(error.code).toBe('invalid_artefact');
      expect(error.message).toContain(`model.safetensors: tensor ${name} does not match`);
      await flipByte('model.safetensors', offset + (bytes >> 1));
    }
  });

  test('a changed tokenizer file, naming it', async () => {
    await writeFile(join(artefact, 'tokenizer.json'), '[]');
    expect((await refusal(true)).message).toMatch(/^tokenizer\.json: does not match its SHA-256/);
  });

  test('truncated weights and missing files, without reading them', async () => {
    await truncate(join(artefact, 'model.safetensors'), 5000);
    expect((await refusal()).message).toMatch(/^model\.safetensors: has 5000 bytes, the manifest says \d+/);
    await rm(join(artefact, 'tokenizer.json'));
    await cp(join(pristine, 'model.safetensors'), join(artefact, 'model.safetensors'));
    expect((await refusal()).message).toMatch(/^tokenizer\.json: cannot be read \(ENOENT\)/);
  });

  test('a missing tensor, another dtype and another shape, naming the tensor', async () => {
    await editHeader((header) =>
      header.replace('"layers.0.qkv.plane1.codes"', '"layers.0.qkv.plane9.codes"'),
    );
    expect((await refusal()).message).toContain('tensor layers.0.qkv.plane1.codes is missing');
    await cp(join(pristine, 'model.safetensors'), join(artefact, 'model.safetensors'));
    await editHeader((header) =>
      header.replace('"final_norm":{"dtype":"F32"', '"final_norm":{"dtype":"I32"'),
    );
    expect((await refusal()).message).toContain('tensor final_norm is I32, not F32');
    await cp(join(pristine, 'model.safetensors'), join(artefact, 'model.safetensors'));
    await editHeader((header) =>
      header.replace(
        '"final_norm":{"dtype":"F32","shape":[40]',
        '"final_norm":{"dtype":"F32","shape":[4,10]',
      ),
    );
    expect((await refusal()).message).toContain('tensor final_norm is [4,10], not [40]');
  });

  test('a newer format, saying so', async () => {
    await editManifest((manifest) => {
      (manifest as { formatVersion: number }).formatVersion = 2;
    });
    expect(await refusal()).toMatchObject({
      code: 'invalid_artefact',
      message: expect.stringContaining('format version 2 is newer than 1'),
    });
  });

  test('a folder that is no artefact, and a manifest that is no JSON', async () => {
    await writeFile(join(artefact, 'quept.json'), '{"formatVersion": 1, ');
    expect((await refusal()).message).toMatch(/^quept\.json: not valid JSON/);
    await rm(join(artefact, 'quept.json'));
    expect((await refusal()).message).toContain('is not a quept artefact: it has no quept.json');
  });

  test.each<[string, (manifest: ArtefactManifest) => void, string]>([
    [
      'a file outside the folder',
      (m) => (m.files[1]!.name = '../secret'),
      'files.1.name: must be a plain file name',
    ],
    ['a missing field', (m) => Reflect.deleteProperty(m, 'ladder'), 'ladder:'],
    ['an unknown plane width', (m) => ((m.quantization.planes as number[])[0] = 3), 'quantization.planes.0'],
    ['a depth beyond the planes', (m) => (m.ladder[0]!.planes[0] = 3), 'ladder.0.planes: must be 1 to 2'],
    ['an unknown rank', (m) => (m.ladder[0]!.ranks[0] = 3), 'ladder.0.ranks'],
    ['untrue average bits', (m) => (m.ladder[0]!.averageBits = 3), 'ladder.0.averageBits: must be 4'],
    ['a rung twice', (m) => m.ladder.push(m.ladder.at(-1)!), 'occurs twice'],
    ['a descending ladder', (m) => m.ladder.reverse(), 'must not be below the rung before it'],
    ['other matrices', (m) => (m.matrices[0]!.name = 'x'), 'matrices.0.name: must be layers.0.qkv'],
    ['too few matrices', (m) => m.matrices.pop(), 'matrices: must list the 9 fused matrices'],
    [
      'costs of another depth',
      (m) => m.sensitivity.costs[2]!.pop(),
      'sensitivity.costs.2: must have 2 entries',
    ],
    ['weights that are not listed', (m) => m.files.shift(), 'files: must list model.safetensors'],
    [
      'heads that kv heads do not divide',
      (m) => (m.architecture.kvHeads = 3),
      'architecture.kvHeads: must divide',
    ],
    [
      'descending ranks',
      (m) => (m.quantization.cascadeRanks = [4, 4]),
      'quantization.cascadeRanks: must ascend',
    ],
  ])('a manifest with %s, naming the field', async (_, edit, message) => {
    await editManifest(edit);
    const error = await refusal();
    expect(error.code).toBe('invalid_artefact');
    expect(error.message).toContain('quept.json: ');
    expect(error.message).toContain(message);
  });

  test('the fingerprint changes with the manifest', async () => {
    const before = await openArtefact(artefact, { verify: false });
    await before.close();
    await editManifest((manifest) => {
      manifest.name = 'other';
    });
    const after = await openArtefact(artefact, { verify: false });
    await after.close();
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });
});
