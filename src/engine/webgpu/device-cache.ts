import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Dim, expand, GraphBuilder, gatherRows, scatterRows, type Value } from '../../onnx/index.ts';
import { int64Tensor } from '../feeds/int64-tensor.ts';
import type { FloatType } from '../graph/elastic-graph.ts';
import { inPlaceCacheNames } from '../graph/in-place-attention.ts';
import type { RowCopy } from './device-rows.ts';
import type { TransferMeter } from './transfer-meter.ts';
import { webGpuSessionOptions } from './webgpu-session-options.ts';

export interface DeviceCacheShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rows: number;
  /** Positions of a row. */
  readonly capacity: number;
  readonly floatType: FloatType;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** The cache as a session takes it: inputs, and the outputs in the same memory. */
export interface CacheBinding {
  readonly feeds: Tensors;
  readonly fetches: Tensors;
}

const TENSOR_TYPES = { f32: 'float32', f16: 'float16' } as const;

/**
 * Keys and values of all sequences in device memory: per layer one buffer [rows, kvHeads, capacity, headDim] for keys and
 * one for values, allocated once. Nothing of it ever comes to the host: rows are copied where they are.
 */
export class DeviceCache {
  readonly #shape: DeviceCacheShape;
  readonly #meter: TransferMeter;
  readonly #allocator: InferenceSession;
  readonly #copier: InferenceSession;
  /** Keys, then values, layer by layer. */
  readonly #buffers: readonly Tensor[];
  readonly #whole: CacheBinding;
  readonly #bindings = new Map<number, CacheBinding>();

  private constructor(
    shape: DeviceCacheShape,
    meter: TransferMeter,
    sessions: { readonly allocator: InferenceSession; readonly copier: InferenceSession },
    buffers: readonly Tensor[],
  ) {
    const { rows, kvHeads, capacity, headDim } = shape;
    this.#shape = shape;
    this.#meter = meter;
    this.#allocator = sessions.allocator;
    this.#copier = sessions.copier;
    this.#buffers = buffers;
    this.#whole = this.#bind([rows * kvHeads * capacity, headDim]);
  }

  /** Allocates all of it, zeroed. Rejects when the device has not so much memory. */
  static async create(shape: DeviceCacheShape, meter: TransferMeter): Promise<DeviceCache> {
    const { rows, kvHeads, capacity, headDim, layers, floatType } = shape;
    const zeros = zeroGraph(floatType);
    const allocator = await InferenceSession.create(zeros.model, {
      ...webGpuSessionOptions(null),
      preferredOutputLocation: 'gpu-buffer',
    });
    const copier = await InferenceSession.create(copyGraph(shape), webGpuSessionOptions(null));
    const sizes = int64Tensor([rows, kvHeads, capacity, headDim]);
    const buffers: Tensor[] = [];
    for (let i = 0; i < 2 * layers; i++) {
      const made = await allocator.run({ sizes });
      buffers.push(made[zeros.output] as Tensor);
    }
    return new DeviceCache(shape, meter, { allocator, copier }, buffers);
  }

  /** The first `count` rows, as inputs and outputs of the elastic graph. */
  binding(count: number): CacheBinding {
    const { kvHeads, capacity, headDim } = this.#shape;
    const known = this.#bindings.get(count);
    if (known !== undefined) return known;
    const binding = this.#bind([count, kvHeads, capacity, headDim]);
    this.#bindings.set(count, binding);
    return binding;
  }

  /**
   * Makes copies in all layers, all at once: what one writes, no other reads. Their rows in `to` differ.
   *
   * Uploads 16 bytes for each position and key head.
   */
  async copy(copies: readonly RowCopy[]): Promise<void> {
    const from = copies.flatMap(({ from: row, positions }) => this.#vectors(row, positions));
    const to = copies.flatMap(({ to: row, positions }) => this.#vectors(row, positions));
    if (from.length === 0) return;
    const { feeds, fetches } = this.#whole;
    const indices = { from: int64Tensor(from), to: int64Tensor(to, [to.length, 1]) };
    await this.#meter.run(this.#copier, { ...feeds, ...indices }, fetches);
  }

  async close(): Promise<void> {
    // Buffers belong to the sessions that made them, so they go first.
    for (const buffer of this.#buffers) buffer.dispose();
    await this.#copier.release();
    await this.#allocator.release();
  }

  /** Indices of a row's vectors in the buffers as [rows · kvHeads · capacity, headDim]. */
  #vectors(row: number, positions: number): number[] {
    const { kvHeads, capacity } = this.#shape;
    return Array.from({ length: kvHeads }, (_, head) => (row * kvHeads + head) * capacity).flatMap((start) =>
      Array.from({ length: positions }, (_, position) => start + position),
    );
  }

  /** The buffers under other dimensions: the same memory from its beginning. */
  #bind(dims: readonly number[]): CacheBinding {
    const dataType = TENSOR_TYPES[this.#shape.floatType];
    const feeds: Record<string, Tensor> = {};
    const fetches: Record<string, Tensor> = {};
    this.#buffers.forEach((buffer, i) => {
      const view = Tensor.fromGpuBuffer(buffer.gpuBuffer, { dataType, dims });
      const { past, present } = cacheNames(i);
      feeds[past] = view;
      fetches[present] = view;
    });
    return { feeds, fetches };
  }
}

function cacheNames(buffer: number): { readonly past: string; readonly present: string } {
  const { pastKey, pastValue, presentKey, presentValue } = inPlaceCacheNames(Math.floor(buffer / 2));
  return buffer % 2 === 0
    ? { past: pastKey, present: presentKey }
    : { past: pastValue, present: presentValue };
}

/** sizes int64 [4] → zeros of these sizes. The sizes are an input, or the zeros would be made when the session loads. */
function zeroGraph(floatType: FloatType): { readonly model: Uint8Array; readonly output: string } {
  const g = new GraphBuilder('zeros');
  const zero = g.constant('zero', floatType, [1, 1, 1, 1], new Uint8Array(floatType === 'f16' ? 2 : 4));
  const zeros = expand(g, zero, g.input('sizes', 'i64', [4]), ['rows', 'kvHeads', 'C', 'headDim']);
  g.output(zeros);
  return { model: g.encode(), output: zeros.name };
}

/** Every buffer, as [vectors, headDim], with vectors `to` replaced by what its vectors `from` were before. */
function copyGraph({ layers, headDim, floatType }: DeviceCacheShape): Uint8Array {
  const g = new GraphBuilder('copy');
  const from = g.input('from', 'i64', ['n']);
  const to = g.input('to', 'i64', ['n', 1]);
  const shape: readonly Dim[] = ['vectors', headDim];
  const written: Value[] = [];
  for (let i = 0; i < 2 * layers; i++) {
    const { past, present } = cacheNames(i);
    const buffer = g.input(past, floatType, shape);
    written.push(scatterRows(g, buffer, to, gatherRows(g, buffer, from), present));
  }
  for (const value of written) g.output(value);
  return g.encode();
}
