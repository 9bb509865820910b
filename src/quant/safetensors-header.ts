import type { TensorSpec } from './artefact-tensors.ts';

/** Where tensor data starts is a multiple of this: one cache line. */
const DATA_ALIGNMENT = 64;

export interface SafetensorsHeader {
  /** Length prefix and JSON, padded with spaces: the file up to its first tensor. */
  readonly bytes: Uint8Array;
  /** Absolute byte offset of each tensor, in the given order. */
  readonly offsets: readonly number[];
  readonly fileBytes: number;
}

/** The head of a safetensors file that holds `tensors` one after the other, without gaps. */
export function safetensorsHeader(
  tensors: readonly TensorSpec[],
  metadata: Readonly<Record<string, string>>,
): SafetensorsHeader {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  const starts: number[] = [];
  let end = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    entries[name] = { dtype, shape, data_offsets: [end, end + bytes] };
    starts.push(end);
    end += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(entries));
  const dataStart = Math.ceil((8 + json.length) / DATA_ALIGNMENT) * DATA_ALIGNMENT;
  const bytes = new Uint8Array(dataStart).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(json, 8);
  return { bytes, offsets: starts.map((start) => dataStart + start), fileBytes: dataStart + end };
}
