import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelRunner, ModelShape, StepBatch, StepOutput } from '../../core/index.ts';
import type { EmbeddingTable } from '../embedding-table.ts';
import { GateTensors } from '../feeds/gate-tensors.ts';
import { HiddenStates } from '../feeds/hidden-states.ts';
import { int64Tensor } from '../feeds/int64-tensor.ts';
import { logitRows } from '../feeds/logit-rows.ts';
import { stepLength } from '../feeds/step-length.ts';
import { buildElasticGraph, type FloatType } from '../graph/elastic-graph.ts';
import type { AccuracyLevel } from '../graph/elastic-linear.ts';
import type { GraphWeights } from '../graph/graph-weights.ts';
import { inPlaceAttention } from '../graph/in-place-attention.ts';
import { DeviceCache } from './device-cache.ts';
import { DeviceRows, type RowCopy } from './device-rows.ts';
import { type DeviceTransfers, TransferMeter } from './transfer-meter.ts';
import { webGpuSessionOptions } from './webgpu-session-options.ts';

export interface WebGpuRunnerOptions {
  /** Sequences held at once. */
  readonly slots: number;
  /** Longest sequence, tokens; at most the architecture's. */
  readonly contextLength: number;
  readonly floatType: FloatType;
  readonly accuracyLevel: AccuracyLevel;
  /** Rows that a pass has at least. */
  readonly leastRows: number;
  /**
   * Told of a pass that the device could not run: there is no other for this runner. The pass fails when it is done,
   * which may be never.
   */
  readonly onDeviceLost?: DeviceLostListener;
}

export type DeviceLostListener = (fault: unknown) => void | Promise<void>;

interface Parts {
  readonly session: InferenceSession;
  readonly logitsName: string;
  readonly gates: GateTensors | null;
  readonly hidden: HiddenStates;
  readonly cache: DeviceCache;
  readonly rows: DeviceRows;
  readonly meter: TransferMeter;
}

/** An idle row writes one position behind a full sequence. */
const IDLE_POSITIONS = 1;

/** Positions that a row of the cache has room for. */
export function rowCapacity(contextLength: number): number {
  return contextLength + IDLE_POSITIONS;
}

/**
 * The elastic graph on ONNX Runtime's WebGPU provider, weights and cache in device memory. A step uploads the hidden
 * states of its tokens and a few indices, and downloads logits; where rows move, the indices of their positions too.
 * One caller at a time.
 */
export class WebGpuRunner implements ModelRunner {
  readonly shape: ModelShape;
  readonly #parts: Parts;
  readonly #onDeviceLost: DeviceLostListener;
  /** Copies that were asked for since the last pass. */
  #pending: RowCopy[] = [];
  #isLost = false;
  #movedPositions = 0;

  private constructor(shape: ModelShape, parts: Parts, onDeviceLost: DeviceLostListener) {
    this.shape = shape;
    this.#parts = parts;
    this.#onDeviceLost = onDeviceLost;
  }

  /** Builds the graph, loads it, and allocates the cache. Throws what ONNX Runtime throws. */
  static async create(
    weights: GraphWeights,
    embedding: EmbeddingTable,
    options: WebGpuRunnerOptions,
  ): Promise<WebGpuRunner> {
    const { architecture } = weights;
    const { slots, contextLength, floatType, accuracyLevel, leastRows } = options;
    const capacity = rowCapacity(contextLength);
    const graph = buildElasticGraph(weights, {
      accuracyLevel,
      attention: inPlaceAttention,
      maxLength: capacity,
      stopOutput: false,
      floatType,
    });
    const session = await InferenceSession.create(graph.model, webGpuSessionOptions(weights.folder));
    const rows = new DeviceRows({ slots, leastRows });
    const meter = new TransferMeter();
    const cache = await DeviceCache.create({ ...architecture, rows: rows.rows, capacity, floatType }, meter);
    const parts: Parts = {
      session,
      logitsName: graph.logitsName,
      gates: graph.gates > 0 ? new GateTensors(weights.matrices) : null,
      hidden: new HiddenStates(embedding, architecture),
      cache,
      rows,
      meter,
    };
    const shape = { vocabSize: architecture.vocabSize, contextLength, slots };
    return new WebGpuRunner(shape, parts, options.onDeviceLost ?? (() => {}));
  }

  acquireSlot(): number | null {
    return this.#parts.rows.acquire();
  }

  releaseSlot(slot: number): void {
    this.#parts.rows.release(slot);
  }

  slotLength(slot: number): number {
    return this.#parts.rows.length(slot);
  }

  truncate(slot: number, tokens: number): void {
    this.#parts.rows.truncate(slot, tokens);
  }

  copyPrefix(from: number, to: number, tokens: number): void {
    this.#pending.push(this.#parts.rows.copyPrefix(from, to, tokens));
  }

  commit(slot: number, tokens: number): void {
    this.#parts.rows.commit(slot, tokens);
  }

  rowsToMove(slots: readonly number[]): number {
    return this.#parts.rows.rowsToMove(slots);
  }

  /** What has passed between host and device. */
  transfers(): DeviceTransfers {
    return this.#parts.meter.totals();
  }

  /** Cached positions that were copied so far, on the device. */
  get movedPositions(): number {
    return this.#movedPositions;
  }

  async execute(batch: StepBatch): Promise<StepOutput> {
    const { rows } = this.#parts;
    const slots = batch.rows.map(({ slot }) => slot);
    const newTokens = stepLength(batch, (slot) => rows.length(slot), this.shape.contextLength);
    if (this.#isLost) throw new Error('the device is lost');
    const { count, moves } = rows.arrange(slots, newTokens > 1);
    const feeds = this.#feeds(batch, count, newTokens);
    try {
      await this.#copy(moves);
      const logits = await this.#run(feeds, count);
      for (const slot of slots) rows.wrote(slot, newTokens);
      return { logits };
    } catch (fault) {
      // What was fed is checked, so the fault is the device's: nothing on it can be relied on.
      this.#isLost = true;
      await this.#onDeviceLost(fault);
      throw fault;
    }
  }

  async close(): Promise<void> {
    await this.#parts.cache.close();
    await this.#parts.session.release();
  }

  #feeds(batch: StepBatch, count: number, newTokens: number): Record<string, Tensor> {
    const { rows, hidden, gates } = this.#parts;
    const place = batch.rows.map(({ slot }) => rows.rowOf(slot));
    const last = Int32Array.from({ length: count }, (_, row) => rows.idlePosition(row));
    batch.rows.forEach(({ slot }, i) => {
      last[place[i]!] = rows.length(slot) + newTokens - 1;
    });
    return {
      hidden: hidden.of(batch.rows, place, count),
      batch_shape: int64Tensor([count, newTokens, -1]),
      logit_rows: int64Tensor(logitRows(batch.rows, place)),
      last_positions: new Tensor('int32', last, [count]),
      total_length: new Tensor('int32', Int32Array.of(Math.max(...last) + 1), []),
      ...(gates !== null && { precision_gates: gates.of(batch.precision) }),
    };
  }

  async #copy(moves: readonly (readonly RowCopy[])[]): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    for (const copies of [...pending.map((copy) => [copy]), ...moves]) {
      this.#movedPositions += copies.reduce((sum, { positions }) => sum + positions, 0);
      await this.#parts.cache.copy(copies);
    }
  }

  async #run(feeds: Record<string, Tensor>, count: number): Promise<Float32Array> {
    const { session, cache, logitsName, meter } = this.#parts;
    const bound = cache.binding(count);
    const results = await meter.run(
      session,
      { ...feeds, ...bound.feeds },
      { [logitsName]: null, ...bound.fetches },
    );
    return results[logitsName]!.data as Float32Array;
  }
}
