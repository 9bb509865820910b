import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../../../src/quant/safetensors.ts';
import { encodeSafetensors, frame } from '../../support/safetensors-writer.ts';

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(root, { recursive: true }));

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(root, `w${count++}.safetensors`);
  await writeFile(path, bytes);
  return path;
}

function withHeader(header: unknown, dataBytes: number): Promise<string> {
  return write(
    frame(typeof header === 'string' ? header : JSON.stringify(header), new Uint8Array(dataBytes)),
  );
}

describe('openSafetensors', () => {
  it('lists tensors and metadata and reads any byte range into a fresh aligned buffer', async () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => i / 4);
    const path = await write(
      encodeSafetensors(
        new Map([
          ['odd', { shape: [1], values: Float32Array.of(7) }],
          ['w', { shape: [3, 4], values }],
          ['empty', { shape: [0, 4], values: new Float32Array(0) }],
        ]),
        'F32',
      ),
    );
    const file = await openSafetensors(path, 'invalid_checkpoint');
    expect(file.metadata).toEqual({ format: 'pt' });
    expect([...file.tensors.keys()]).toEqual(['odd', 'w', 'empty']);
    const entry = file.tensors.get('w')!;
    expect(entry).toMatchObject({ name: 'w', dtype: 'F32', shape: [3, 4], bytes: 48 });
    const all = await file.read(entry);
    expect(all.byteOffset).toBe(0);
    expect(all.buffer.byteLength).toBe(48);
    expect([...new Float32Array(all.buffer as ArrayBuffer)]).toEqual([...values]);
    const row = await file.read(entry, 16, 32);
    expect(row.byteOffset).toBe(0);
    expect([...new Float32Array(row.buffer as ArrayBuffer)]).toEqual([1, 1.25, 1.5, 1.75]);
    expect(await file.read(file.tensors.get('empty')!)).toHaveLength(0);
    await expect(file.read(entry, 40, 52)).rejects.toThrow(RangeError);
    await expect(file.read(entry, -4, 4)).rejects.toThrow(RangeError);
    await file.close();
    await file.close();
  });

  it('accepts padding between tensors', async () => {
    const path = await withHeader(
      {
        a: { dtype: 'U8', shape: [3], data_offsets: [0, 3] },
        b: { dtype: 'BF16', shape: [2], data_offsets: [8, 12] },
      },
      16,
    );
    const file = await openSafetensors(path, 'invalid_artefact');
    expect(file.tensors.get('b')!.bytes).toBe(4);
    await file.close();
  });

  it.each([
    ['an empty file', new Uint8Array(0), /truncated: 0 bytes/],
    [
      'a header length beyond the file',
      new Uint8Array(Buffer.from('ff00000000000000', 'hex')),
      /truncated: the header/,
    ],
    ['an absurd header length', new Uint8Array(16).fill(0xff), /header length of \d+ bytes is absurd/],
    ['a header that is not JSON', frame('{"a":', new Uint8Array(0)), /header is not valid JSON/],
    [
      'a header that is not UTF-8',
      frame('{}', new Uint8Array(0)).fill(0xff, 8, 9),
      /header is not valid JSON/,
    ],
    ['a header that is a list', frame('[1]', new Uint8Array(0)), /header is not a JSON object/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(openSafetensors(await write(bytes), 'invalid_artefact')).rejects.toMatchObject({
      code: 'invalid_artefact',
      message: expect.stringMatching(message),
    });
  });

  const good = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  it.each([
    ['metadata that is not text', { __metadata__: { n: 1 } }, /__metadata__\.n is not a string/],
    ['an entry that is no object', { w: 3 }, /tensor w: its header entry/],
    ['an unknown dtype', { w: { ...good, dtype: 'F4' } }, /tensor w: unknown dtype "F4"/],
    ['a dtype named after an object method', { w: { ...good, dtype: 'toString' } }, /unknown dtype/],
    ['a negative size', { w: { ...good, shape: [-2] } }, /tensor w: its shape/],
    ['a fractional size', { w: { ...good, shape: [0.5, 4] } }, /tensor w: its shape/],
    ['a single offset', { w: { ...good, data_offsets: [0] } }, /tensor w: its data_offsets/],
    ['reversed offsets', { w: { ...good, data_offsets: [8, 0] } }, /tensor w: data at 8\.\.0 lies outside/],
    [
      'data past the end',
      { w: { ...good, data_offsets: [8, 24] } },
      /tensor w: data at 8\.\.24 lies outside/,
    ],
    [
      'a size that is not the shape',
      { w: { ...good, shape: [3] } },
      /tensor w: F32 of shape \[3\] takes 12 bytes/,
    ],
    ['overlapping tensors', { v: good, w: { ...good, data_offsets: [4, 12] } }, /tensor w overlaps tensor v/],
  ])('refuses %s', async (_, header, message) => {
    const path = await withHeader(header, 16);
    const failure = await openSafetensors(path, 'invalid_checkpoint').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'invalid_checkpoint', message: expect.stringMatching(message) });
    expect((failure as Error).message).toMatch(/^w\d+\.safetensors: /);
    expect((failure as Error).message).not.toContain(root);
  });

  it('refuses a missing file and a folder', async () => {
    await expect(openSafetensors(join(root, 'none.safetensors'), 'invalid_checkpoint')).rejects.toThrow(
      'none.safetensors: the file does not exist.',
    );
    await expect(openSafetensors(root, 'invalid_checkpoint')).rejects.toThrow('not a regular file');
  });

  it('reports a file that shrinks after it was opened', async () => {
    const path = await withHeader({ w: good }, 8);
    const file = await openSafetensors(path, 'invalid_artefact');
    await truncate(path, 70);
    await expect(file.read(file.tensors.get('w')!)).rejects.toMatchObject({
      code: 'invalid_artefact',
      message: expect.stringContaining('tensor w: the file ended before its data'),
    });
    await file.close();
  });
});
