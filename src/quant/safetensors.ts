import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { QueptError } from '../core/index.ts';

/** Bytes per element of every dtype that may appear in a file. Sub-byte types are left out: nothing here reads them. */
const DTYPE_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
};

/** Same bound as the format's reference reader: a larger header is damage, not a model. */
const MAX_HEADER_BYTES = 100_000_000;
/** One read system call takes a 32-bit length. */
const MAX_READ_BYTES = 1 << 30;

/** Which kind of file is being read, hence which error its damage raises. */
export type SafetensorsFault = 'invalid_checkpoint' | 'invalid_artefact';

export interface TensorEntry {
  readonly name: string;
  /** As in the header: `F32`, `F16`, `BF16`, `U8`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Absolute byte offset in the file. */
  readonly offset: number;
  readonly bytes: number;
}

export interface SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Bytes [byteFrom, byteTo) of a tensor, relative to its start (default: all). The result is freshly allocated
   * and starts its own ArrayBuffer, so any typed array can be laid over it. Reads may run concurrently.
   *
   * Throws QueptError of the file's fault code on a short read, RangeError on a range outside the tensor.
   */
  read(entry: TensorEntry, byteFrom?: number, byteTo?: number): Promise<Uint8Array>;
  /** Idempotent; no read may follow. */
  close(): Promise<void>;
}

/**
 * Opens a safetensors file and checks its whole header against its size. Gaps between tensors are accepted:
 * writers pad to align. Throws QueptError `fault` naming the file and, where there is one, the tensor.
 */
export async function openSafetensors(path: string, fault: SafetensorsFault): Promise<SafetensorsFile> {
  const file = basename(path);
  const fail = (text: string, cause?: unknown): QueptError =>
    new QueptError(fault, `${file}: ${text}`, cause === undefined ? {} : { cause });

  const handle = await openForReading(path, fail);
  try {
    const { tensors, metadata } = await readHeader(handle, fail);
    let closed: Promise<void> | null = null;
    return {
      path,
      tensors,
      metadata,
      async read(entry, byteFrom = 0, byteTo = entry.bytes) {
        if (!(byteFrom >= 0 && byteFrom <= byteTo && byteTo <= entry.bytes)) {
          throw new RangeError(`bytes ${byteFrom}..${byteTo} of tensor ${entry.name} (${entry.bytes} bytes)`);
        }
        const bytes = new Uint8Array(byteTo - byteFrom);
        if (!(await readFully(handle, bytes, entry.offset + byteFrom))) {
          throw fail(`tensor ${entry.name}: the file ended before its data. Fetch the file again.`);
        }
        return bytes;
      },
      close() {
        closed ??= handle.close();
        return closed;
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

type Fail = (text: string, cause?: unknown) => QueptError;

async function openForReading(path: string, fail: Fail): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw fail(code === 'ENOENT' ? 'the file does not exist.' : `cannot be opened (${code}).`, error);
  }
}

async function readHeader(
  handle: FileHandle,
  fail: Fail,
): Promise<{ tensors: Map<string, TensorEntry>; metadata: Record<string, string> }> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw fail('not a regular file.');
  const size = stat.size;
  if (size < 8) throw fail(`truncated: ${size} bytes, not even the header length.`);
  const prefix = new Uint8Array(8);
  if (!(await readFully(handle, prefix, 0))) throw fail('truncated while reading the header length.');
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length < 2n || length > BigInt(MAX_HEADER_BYTES)) {
    throw fail(`its header length of ${length} bytes is absurd: this is not a safetensors file.`);
  }
  const dataStart = 8 + Number(length);
  if (dataStart > size) {
    throw fail(`truncated: the header takes ${dataStart} bytes, the file has ${size}. Fetch the file again.`);
  }
  const raw = new Uint8Array(Number(length));
  if (!(await readFully(handle, raw, 8))) throw fail('truncated while reading the header.');
  return parseHeader(parseJson(raw, fail), dataStart, size, fail);
}

function parseJson(raw: Uint8Array, fail: Fail): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch (error) {
    throw fail('its header is not valid JSON.', error);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw fail('its header is not a JSON object.');
  }
  return header;
}

function parseHeader(
  header: object,
  dataStart: number,
  fileSize: number,
  fail: Fail,
): { tensors: Map<string, TensorEntry>; metadata: Record<string, string> } {
  const tensors = new Map<string, TensorEntry>();
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header) as [string, unknown][]) {
    if (name === '__metadata__') {
      if (typeof value !== 'object' || value === null) throw fail('its __metadata__ is not an object.');
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== 'string') throw fail(`its __metadata__.${key} is not a string.`);
        metadata[key] = text;
      }
    } else {
      tensors.set(name, parseEntry(name, value, dataStart, fileSize, fail));
    }
  }
  const placed = [...tensors.values()].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  for (let i = 1; i < placed.length; i++) {
    const [before, after] = [placed[i - 1]!, placed[i]!];
    if (before.offset + before.bytes > after.offset) {
      throw fail(`tensor ${after.name} overlaps tensor ${before.name}.`);
    }
  }
  return { tensors, metadata };
}

function parseEntry(
  name: string,
  value: unknown,
  dataStart: number,
  fileSize: number,
  fail: Fail,
): TensorEntry {
  const bad = (text: string): QueptError => fail(`tensor ${name}: ${text}`);
  if (typeof value !== 'object' || value === null) throw bad('its header entry is not an object.');
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  const width = typeof dtype === 'string' && Object.hasOwn(DTYPE_BYTES, dtype) ? DTYPE_BYTES[dtype]! : null;
  if (typeof dtype !== 'string' || width === null) throw bad(`unknown dtype ${JSON.stringify(dtype)}.`);
  if (!isSizes(shape)) throw bad('its shape is not a list of sizes.');
  if (!isSizes(offsets) || offsets.length !== 2) throw bad('its data_offsets are not a pair of positions.');
  const [begin, end] = [offsets[0]!, offsets[1]!];
  if (begin > end || dataStart + end > fileSize) {
    throw bad(
      `data at ${begin}..${end} lies outside the file (${fileSize - dataStart} data bytes). Fetch the file again.`,
    );
  }
  const bytes = shape.reduce((product, size) => product * size, width);
  if (bytes !== end - begin) {
    throw bad(`${dtype} of shape [${shape.join(', ')}] takes ${bytes} bytes, its data has ${end - begin}.`);
  }
  return { name, dtype, shape, offset: dataStart + begin, bytes };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** Fills `target` from `position` on; false when the file ends first. */
async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<boolean> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(target.length - done, MAX_READ_BYTES);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}
