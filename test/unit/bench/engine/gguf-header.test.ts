import { describe, expect, test } from 'vitest';
import {
  GGUF_ALIGNMENT,
  type GgufTensor,
  type GgufValue,
  ggufHeader,
} from '../../../../src/bench/engine/gguf-header.ts';

/** Reads a header back by the specification, independently of the writer. */
function readHeader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const advance = (bytes: number): number => {
    at += bytes;
    return at - bytes;
  };
  const u32 = () => view.getUint32(advance(4), true);
  const u64 = () => Number(view.getBigUint64(advance(8), true));
  const text = () => {
    const length = u64();
    at += length;
    return Buffer.from(bytes.subarray(at - length, at)).toString('utf8');
  };
  const value = (type: number): unknown => {
    if (type === 4) return u32();
    if (type === 5) return view.getInt32(advance(4), true);
    if (type === 6) return view.getFloat32(advance(4), true);
    if (type === 8) return text();
    if (type !== 9) throw new Error(`type ${type}`);
    const element = u32();
    return Array.from({ length: u64() }, () => value(element));
  };
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  at = 4;
  const version = u32();
  const tensorCount = u64();
  const valueCount = u64();
  const metadata = Object.fromEntries(
    Array.from({ length: valueCount }, () => [text(), value(u32())] as const),
  );
  const tensors = Array.from({ length: tensorCount }, () => ({
    name: text(),
    dims: Array.from({ length: u32() }, u64),
    type: u32(),
    offset: u64(),
  }));
  return { magic, version, metadata, tensors, end: at };
}

const METADATA: Record<string, GgufValue> = {
  'general.architecture': { kind: 'string', value: 'llama' },
  'a.count': { kind: 'u32', value: 4_000_000_000 },
  'a.epsilon': { kind: 'f32', value: 0.5 },
  'a.words': { kind: 'strings', value: ['', 'é', 'two words'] },
  'a.scores': { kind: 'f32s', value: [0, -1.25] },
  'a.types': { kind: 'i32s', value: [-7, 6] },
};
const TENSORS: GgufTensor[] = [
  { name: 'norm', dims: [3], type: 'F32' },
  { name: 'four', dims: [64, 3], type: 'Q4_0' },
  { name: 'eight', dims: [32, 5], type: 'Q8_0' },
];

describe('ggufHeader', () => {
  test('reads back as written', () => {
    const { bytes } = ggufHeader(METADATA, TENSORS);
    const read = readHeader(bytes);
    expect(read.magic).toBe('GGUF');
    expect(read.version).toBe(3);
    expect(read.metadata).toEqual(
      Object.fromEntries(Object.entries(METADATA).map(([key, { value }]) => [key, value])),
    );
    expect(read.tensors).toEqual([
      { name: 'norm', dims: [3], type: 0, offset: 0 },
      { name: 'four', dims: [64, 3], type: 2, offset: 32 },
      // 3 rows of 2 blocks of 18 bytes are 108, padded to 128.
      { name: 'eight', dims: [32, 5], type: 8, offset: 160 },
    ]);
  });

  test('pads the head to the alignment and tells each tensor its span', () => {
    const { bytes, spans } = ggufHeader(METADATA, TENSORS);
    expect(bytes.length % GGUF_ALIGNMENT).toBe(0);
    expect(bytes.length - readHeader(bytes).end).toBeLessThan(GGUF_ALIGNMENT);
    expect(spans).toEqual([
      { offset: 0, bytes: 12 },
      { offset: 32, bytes: 108 },
      { offset: 160, bytes: 170 },
    ]);
  });

  test('refuses rows that are not whole blocks', () => {
    expect(() => ggufHeader({}, [{ name: 'odd', dims: [48, 2], type: 'Q4_0' }])).toThrow(/odd: rows of 48/);
  });
});
