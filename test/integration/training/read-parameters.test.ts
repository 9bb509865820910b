import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint, writeCheckpoint } from '../../../src/engine/index.ts';
import { quantizeCheckpoint } from '../../../src/quant/index.ts';
import { EMBEDDING, initialParameters } from '../../../src/training/initial-parameters.ts';
import { readParameters } from '../../../src/training/read-parameters.ts';
import { tinyLlama } from '../../support/tiny-llama.ts';
import { quantizeOptions } from '../quant/quantize-options.ts';

const ARCHITECTURE = tinyLlama();

let folder: string;
let checkpoint: string;
let artefact: string;
const parameters = initialParameters(ARCHITECTURE, 7);
// Norms of an untrained model are all one.
for (const { kind, data } of parameters) {
  if (kind === 'vector') data.set(data.map((_, i) => 1 + i / 50));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-parameters-'));
  checkpoint = join(folder, 'checkpoint');
  artefact = join(folder, 'artefact');
  const byName = new Map(parameters.map(({ name, data }) => [name, data]));
  await writeCheckpoint(checkpoint, ARCHITECTURE, (name) => byName.get(name === 'head' ? EMBEDDING : name)!);
  const source = await openCheckpoint(checkpoint);
  await quantizeCheckpoint(source, artefact, quantizeOptions({ zeroPoints: 'auto' }));
  await source.close();
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model to train further', () => {
  test('is read from a checkpoint as it was written', async () => {
    expect(await readParameters(checkpoint, ARCHITECTURE)).toEqual(parameters);
  });

  test('is read from an artefact to within its rounding at 8 bits', async () => {
    const read = await readParameters(artefact, ARCHITECTURE);
    expect(read.map(({ name, kind, shape }) => [name, kind, shape])).toEqual(
      parameters.map(({ name, kind, shape }) => [name, kind, shape]),
    );
    for (const [i, { name, kind, data }] of parameters.entries()) {
      const apart = Math.max(...data.map((value, j) => Math.abs(value - read[i]!.data[j]!)));
      const largest = Math.max(...data.map(Math.abs));
      if (kind === 'vector') expect(read[i]!.data, name).toEqual(data);
      else expect(apart / largest, name).toBeLessThan(0.01);
    }
  });

  test('of another shape is refused, saying which field differs', async () => {
    const wider = { ...ARCHITECTURE, intermediateSize: 96 };
    for (const [from, shown] of [
      [checkpoint, 'checkpoint'],
      [artefact, 'artefact'],
    ] as const) {
      await expect(readParameters(from, wider)).rejects.toMatchObject({
        code: 'invalid_usage',
        message: expect.stringMatching(
          new RegExp(`--from: .*${shown} has intermediateSize 64, where the recipe makes 96`),
        ),
      });
    }
  });

  test('that is not there is refused, naming the folder', async () => {
    await expect(readParameters(join(folder, 'absent'), ARCHITECTURE)).rejects.toThrow(
      /--from: .*absent: config\.json/,
    );
  });
});
