import { InferenceSession } from 'onnxruntime-node';
import type { ModelRunner, ModelShape, PrecisionConfig, StepBatch, StepOutput } from '../../core/index.ts';
import type { EmbeddingTable } from '../embedding-table.ts';
import { GateTensors } from '../feeds/gate-tensors.ts';
import { HiddenStates } from '../feeds/hidden-states.ts';
import { int64Tensor } from '../feeds/int64-tensor.ts';
import { logitRows } from '../feeds/logit-rows.ts';
import { stepLength } from '../feeds/step-length.ts';
import { buildElasticGraph } from '../graph/elastic-graph.ts';
import type { AccuracyLevel } from '../graph/elastic-linear.ts';
import type { GraphWeights } from '../graph/graph-weights.ts';
import { inPlaceAttention } from '../graph/in-place-attention.ts';
import { twoPartAttention } from '../graph/two-part-attention.ts';
import type { AttentionBinding, CacheWindow, Feeds } from './attention-binding.ts';
import { inPlaceBinding } from './in-place-binding.ts';
import { KvPool } from './kv-pool.ts';
import { cpuSessionOptions } from './session-options.ts';
import { twoPartBinding } from './two-part-binding.ts';

export type AttentionKind = 'in-place' | 'two-part';

export interface CpuRunnerOptions {
  /** Sequences held at once. */
  readonly slots: number;
  /** Longest sequence, tokens; at most the architecture's. */
  readonly contextLength: number;
  readonly threads: number;
  readonly attention: AttentionKind;
  readonly accuracyLevel: AccuracyLevel;
}

/** Positions per slot that two-part attention starts with: it pays for capacity, so it grows with need. */
const FIRST_CAPACITY = 256;

/** The elastic graph on ONNX Runtime's CPU provider. One caller at a time. */
export class CpuRunner implements ModelRunner {
  readonly shape: ModelShape;
  readonly #session: InferenceSession;
  readonly #binding: AttentionBinding;
  readonly #pool: KvPool;
  readonly #weights: GraphWeights;
  readonly #hidden: HiddenStates;
  /** Null where the model has one precision only. */
  readonly #gates: GateTensors | null;
  /** Reused between steps: logits are megabytes on large vocabularies. */
  #logits = new Float32Array(0);

  private constructor(
    shape: ModelShape,
    session: InferenceSession,
    binding: AttentionBinding,
    pool: KvPool,
    weights: GraphWeights,
    embedding: EmbeddingTable,
    hasGates: boolean,
  ) {
    this.shape = shape;
    this.#session = session;
    this.#binding = binding;
    this.#pool = pool;
    this.#weights = weights;
    this.#hidden = new HiddenStates(embedding, weights.architecture);
    this.#gates = hasGates ? new GateTensors(weights.matrices) : null;
  }

  /** Builds the graph and loads it. Throws what ONNX Runtime throws for weights it cannot read. */
  static async create(
    weights: GraphWeights,
    embedding: EmbeddingTable,
    options: CpuRunnerOptions,
  ): Promise<CpuRunner> {
    const { architecture } = weights;
    const { slots, contextLength } = options;
    const inPlace = options.attention === 'in-place';
    const graph = buildElasticGraph(weights, {
      accuracyLevel: options.accuracyLevel,
      attention: inPlace ? inPlaceAttention : twoPartAttention,
      maxLength: contextLength,
      stopOutput: inPlace,
    });
    const session = await InferenceSession.create(
      graph.model,
      cpuSessionOptions(weights.folder, options.threads),
    );
    const capacity = inPlace ? contextLength : Math.min(FIRST_CAPACITY, contextLength);
    const pool = new KvPool({ ...architecture, slots, capacity });
    const context = { ...architecture, pool, logitsName: graph.logitsName, stopName: graph.stopName };
    const binding = inPlace ? inPlaceBinding(context) : twoPartBinding(context);
    const shape = { vocabSize: architecture.vocabSize, contextLength, slots };
    return new CpuRunner(shape, session, binding, pool, weights, embedding, graph.gates > 0);
  }

  acquireSlot(): number | null {
    return this.#pool.acquire();
  }

  releaseSlot(slot: number): void {
    this.#pool.release(slot);
  }

  slotLength(slot: number): number {
    return this.#pool.length(slot);
  }

  truncate(slot: number, tokens: number): void {
    this.#pool.truncate(slot, tokens);
  }

  copyPrefix(from: number, to: number, tokens: number): void {
    this.#pool.copyPrefix(from, to, tokens);
  }

  commit(slot: number, tokens: number): void {
    this.#pool.commit(slot, tokens);
  }

  rowsToMove(slots: readonly number[]): number {
    return this.#pool.rowsToMove(slots);
  }

  /** Cached positions that had to be copied so far to bring the rows of a batch together. */
  get movedPositions(): number {
    return this.#pool.movedPositions;
  }

  async execute(batch: StepBatch): Promise<StepOutput> {
    const { rows } = batch;
    const newTokens = stepLength(batch, (slot) => this.#pool.length(slot), this.shape.contextLength);
    const start = this.#pool.arrange(rows.map((row) => row.slot));
    // The window's rows in memory order; `place[i]` is where row i of the batch stands in it.
    const place = rows.map((row) => this.#pool.rowOf(row.slot) - start);
    const lengths = new Array<number>(rows.length);
    rows.forEach((row, i) => {
      lengths[place[i]!] = this.#pool.length(row.slot);
    });
    const window: CacheWindow = { start, count: rows.length, lengths, newTokens };
    const wanted = logitRows(rows, place);
    const feeds: Feeds = {
      hidden: this.#hidden.of(rows, place, rows.length),
      batch_shape: int64Tensor([rows.length, newTokens, -1]),
      logit_rows: int64Tensor(wanted),
      ...this.#binding.feeds(window),
    };
    if (this.#gates !== null) feeds.precision_gates = this.#gates.of(batch.precision);
    const logits = this.#logitsBuffer(wanted.length);
    await this.#binding.run(this.#session, feeds, logits, window);
    return { logits };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  /**
   * Proves the attention binding: one token must leave finite logits, write position 0 of every layer's cache
   * and touch nothing behind it. Returns why not, or null.
   */
  async probe(precision: PrecisionConfig): Promise<string | null> {
    const slot = this.acquireSlot();
    if (slot === null) return 'no free slot';
    try {
      this.#logitsBuffer(1).fill(Number.NaN);
      const { logits } = await this.execute({
        precision,
        rows: [{ slot, tokens: Int32Array.of(0), logits: 'last' }],
      });
      if (!logits.every(Number.isFinite)) return 'logits were not written';
      return this.#cacheFault(this.#pool.rowOf(slot));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.releaseSlot(slot);
    }
  }

  #cacheFault(row: number): string | null {
    const { headDim, kvHeads } = this.#weights.architecture;
    const stride = this.#pool.capacity * headDim;
    for (const array of [...this.#pool.keys, ...this.#pool.values]) {
      const at = row * kvHeads * stride;
      if (array.subarray(at, at + headDim).every((x) => x === 0)) return 'the cache was not written in place';
      if (array.subarray(at + headDim, at + stride).some((x) => x !== 0)) return 'the cache was overrun';
    }
    return null;
  }

  #logitsBuffer(positions: number): Float32Array {
    const floats = positions * this.shape.vocabSize;
    if (this.#logits.length < floats) this.#logits = new Float32Array(floats);
    return this.#logits.subarray(0, floats);
  }
}
