import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { TensorSpec } from './artefact-tensors.ts';
import { TENSOR_DIGEST_LENGTH } from './file-digest.ts';
import { safetensorsHeader } from './safetensors-header.ts';

interface TensorSink {
  readonly spec: TensorSpec;
  readonly offset: number;
  readonly hash: Hash;
  written: number;
}

/**
 * Writes a safetensors file whose tensors are known from the start. Each tensor grows from its first byte to its
 * last, in as many pieces as the caller likes, and tensors may take turns: so a matrix's planes are written
 * row chunk by row chunk without being held in memory.
 */
export class WeightsWriter {
  readonly #file: FileHandle;
  readonly #sinks: ReadonlyMap<string, TensorSink>;

  private constructor(file: FileHandle, sinks: ReadonlyMap<string, TensorSink>) {
    this.#file = file;
    this.#sinks = sinks;
  }

  /** Creates the file, which must not exist, with its header and at its full size. */
  static async create(
    path: string,
    tensors: readonly TensorSpec[],
    metadata: Readonly<Record<string, string>> = { format: 'quept' },
  ): Promise<WeightsWriter> {
    const { bytes, offsets, fileBytes } = safetensorsHeader(tensors, metadata);
    const file = await open(path, 'wx+');
    try {
      await writeFully(file, bytes, 0);
      await file.truncate(fileBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
    const sinks = tensors.map((spec, i) => {
      const sink: TensorSink = { spec, offset: offsets[i]!, hash: createHash('sha256'), written: 0 };
      return [spec.name, sink] as const;
    });
    return new WeightsWriter(file, new Map(sinks));
  }

  /** Appends to tensor `name`. Throws RangeError on an unknown name and on more bytes than its shape takes. */
  async append(name: string, data: Uint8Array | Float32Array): Promise<void> {
    const sink = this.#sink(name);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (sink.written + bytes.length > sink.spec.bytes) throw new RangeError(`tensor ${name} is full`);
    await writeFully(this.#file, bytes, sink.offset + sink.written);
    sink.hash.update(bytes);
    sink.written += bytes.length;
  }

  /** Bytes [from, to) of what was appended to `name`, in a buffer of their own. */
  async read(name: string, from: number, to: number): Promise<Uint8Array> {
    const sink = this.#sink(name);
    if (!(from <= to && to <= sink.written))
      throw new RangeError(`tensor ${name} has no bytes ${from}..${to}`);
    const bytes = new Uint8Array(to - from);
    for (let done = 0; done < bytes.length; ) {
      const position = sink.offset + from + done;
      const { bytesRead } = await this.#file.read(bytes, done, bytes.length - done, position);
      if (bytesRead === 0) throw new Error(`tensor ${name}: the file became shorter while it was written`);
      done += bytesRead;
    }
    return bytes;
  }

  /** Makes the file durable and closes it. Throws RangeError when a tensor is not complete. */
  async finish(): Promise<Record<string, string>> {
    const digests: Record<string, string> = {};
    for (const [name, { spec, hash, written }] of this.#sinks) {
      if (written !== spec.bytes)
        throw new RangeError(`tensor ${name} has ${written} of ${spec.bytes} bytes`);
      digests[name] = hash.digest('hex').slice(0, TENSOR_DIGEST_LENGTH);
    }
    await this.#file.sync();
    await this.#file.close();
    return digests;
  }

  /** Closes the file as it is. */
  async abort(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }

  #sink(name: string): TensorSink {
    const sink = this.#sinks.get(name);
    if (sink === undefined) throw new RangeError(`this file has no tensor ${name}`);
    return sink;
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
