import { InferenceSession, Tensor } from 'onnxruntime-node';
import type {
  ModelRunner,
  ModelShape,
  PrecisionConfig,
  StepBatch,
  StepOutput,
  StepRow,
} from '../../core/index.ts';
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

interface Pass {
  readonly rows: readonly StepRow[];
  readonly done: number;
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
  #longestPass = Number.POSITIVE_INFINITY;
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

  /** From now on longer chunks of prompts run in several passes of at most so many tokens. */
  limitPasses(tokens: number): void {
    this.#longestPass = tokens;
  }

  async execute(batch: StepBatch): Promise<StepOutput> {
    const { rows } = this.#parts;
    const slots = batch.rows.map(({ slot }) => slot);
    const newTokens = stepLength(batch, (slot) => rows.length(slot), this.shape.contextLength);
    if (this.#isLost) throw new Error('the device is lost');
    const { count, moves } = rows.arrange(slots, newTokens > 1);
    const passes = this.#passes(batch.rows, newTokens);
    // Made before the first runs: what is wrong with a batch is found here.
    for (const { rows: part } of passes) this.#parts.hidden.check(part);
    try {
      await this.#copy(moves);
      const logits: Float32Array[] = [];
      for (const { rows: part, done } of passes) {
        logits.push(await this.#run(this.#feeds(part, done, count, batch.precision), count));
      }
      for (const slot of slots) rows.wrote(slot, newTokens);
      return { logits: batch.rows[0]!.logits === 'all' ? joined(logits) : logits.at(-1)! };
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

  /** The batch, or parts of its one long row, each behind the `done` tokens of those before it. */
  #passes(rows: readonly StepRow[], newTokens: number): Pass[] {
    const [row] = rows;
    if (row === undefined || newTokens <= this.#longestPass) return [{ rows, done: 0 }];
    const starts = Array.from(
      { length: Math.ceil(newTokens / this.#longestPass) },
      (_, i) => i * this.#longestPass,
    );
    return starts.map((done) => {
      const tokens = row.tokens.subarray(done, done + this.#longestPass);
      return { rows: [{ ...row, tokens }], done };
    });
  }

  #feeds(
    batchRows: readonly StepRow[],
    done: number,
    count: number,
    precision: PrecisionConfig,
  ): Record<string, Tensor> {
    const { rows, hidden, gates } = this.#parts;
    const newTokens = batchRows[0]!.tokens.length;
    const place = batchRows.map(({ slot }) => rows.rowOf(slot));
    const last = Int32Array.from({ length: count }, (_, row) => rows.idlePosition(row));
    batchRows.forEach(({ slot }, i) => {
      last[place[i]!] = rows.length(slot) + done + newTokens - 1;
    });
    return {
      hidden: hidden.of(batchRows, place, count),
      batch_shape: int64Tensor([count, newTokens, -1]),
      logit_rows: int64Tensor(logitRows(batchRows, place)),
      last_positions: new Tensor('int32', last, [count]),
      total_length: new Tensor('int32', Int32Array.of(Math.max(...last) + 1), []),
      ...(gates !== null && { precision_gates: gates.of(precision) }),
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

/** The parts one after the other; a single one as it is. */
function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
