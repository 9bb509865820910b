/** Tensor types used here, by their number in the format, with values per block and bytes per block. */
export const GGUF_TYPES = {
  F32: { id: 0, block: 1, bytes: 4 },
  /** Per block of 32: one f16 scale, 32 codes of 4 bits. */
  Q4_0: { id: 2, block: 32, bytes: 18 },
  /** Per block of 32: one f16 scale, 32 codes of 8 bits. */
  Q8_0: { id: 8, block: 32, bytes: 34 },
} as const;

export type GgufType = keyof typeof GGUF_TYPES;

export type GgufValue =
  | { readonly kind: 'u32'; readonly value: number }
  | { readonly kind: 'f32'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'i32s' | 'f32s'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] };

export interface GgufTensor {
  readonly name: string;
  /** Fastest dimension first: a matrix `[n, k]` row-major is `[k, n]` here. */
  readonly dims: readonly number[];
  readonly type: GgufType;
}

export interface GgufHeader {
  /** Everything before the tensors' data, padded to `GGUF_ALIGNMENT`. */
  readonly bytes: Uint8Array;
  /** Per tensor, in order: where its data begins behind the header, and how long it is without padding. */
  readonly spans: readonly { readonly offset: number; readonly bytes: number }[];
}

/** The format's default alignment of the data section and of every tensor in it, bytes. */
export const GGUF_ALIGNMENT = 32;

const VERSION = 3;
const VALUE_TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/**
 * The head of a GGUF file, version 3, little-endian.
 * Source: the GGUF specification of the ggml project.
 *
 * Throws RangeError for a tensor whose rows are not whole blocks of its type.
 */
export function ggufHeader(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): GgufHeader {
  const entries = Object.entries(metadata);
  const parts = [Buffer.from('GGUF'), u32(VERSION), u64(tensors.length), u64(entries.length)];
  for (const [key, value] of entries) parts.push(text(key), typedValue(value));
  const spans: { offset: number; bytes: number }[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor);
    spans.push({ offset, bytes });
    const { id } = GGUF_TYPES[tensor.type];
    parts.push(text(tensor.name), u32(tensor.dims.length), ...tensor.dims.map(u64), u32(id), u64(offset));
    offset += padded(bytes);
  }
  const head = Buffer.concat(parts);
  return { bytes: Buffer.concat([head, Buffer.alloc(padded(head.length) - head.length)]), spans };
}

/** `bytes` rounded up to a multiple of the alignment. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / GGUF_ALIGNMENT) * GGUF_ALIGNMENT;
}

function tensorBytes({ name, dims, type }: GgufTensor): number {
  const { block, bytes } = GGUF_TYPES[type];
  const [row = 0] = dims;
  if (row % block !== 0) throw new RangeError(`${name}: rows of ${row} are not whole blocks of ${type}`);
  return (dims.reduce((a, b) => a * b, 1) / block) * bytes;
}

/** The number of the value's type, then the value; an array also tells its element type and its length. */
function typedValue(value: GgufValue): Buffer {
  switch (value.kind) {
    case 'u32':
    case 'f32':
      return Buffer.concat([u32(VALUE_TYPE[value.kind]), numbers(value.kind, [value.value])]);
    case 'bool':
      return Buffer.concat([u32(VALUE_TYPE.bool), Buffer.of(value.value ? 1 : 0)]);
    case 'string':
      return Buffer.concat([u32(VALUE_TYPE.string), text(value.value)]);
    case 'strings':
      return Buffer.concat([arrayStart('string', value.value.length), ...value.value.map(text)]);
    case 'i32s':
      return Buffer.concat([arrayStart('i32', value.value.length), numbers('i32', value.value)]);
    case 'f32s':
      return Buffer.concat([arrayStart('f32', value.value.length), numbers('f32', value.value)]);
    default:
      return value satisfies never;
  }
}

function arrayStart(element: keyof typeof VALUE_TYPE, length: number): Buffer {
  return Buffer.concat([u32(VALUE_TYPE.array), u32(VALUE_TYPE[element]), u64(length)]);
}

function numbers(type: 'u32' | 'i32' | 'f32', values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    if (type === 'f32') bytes.writeFloatLE(value, 4 * i);
    else if (type === 'i32') bytes.writeInt32LE(value, 4 * i);
    else bytes.writeUInt32LE(value, 4 * i);
  });
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
