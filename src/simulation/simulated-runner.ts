import type { Ladder, ModelRunner, ModelShape, StepBatch, StepOutput } from '../core/index.ts';
import type { CostEstimator, StepShape } from '../scheduler/index.ts';
import { KvRows } from './kv-rows.ts';
import { RandomStream, STREAMS } from './random-stream.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** Ids of a vocabulary that suffices to tell prompts apart. */
export const VOCABULARY = 16;
/** What every position says next. No id ends a sequence. */
const NEXT_TOKEN = 1;

export interface SimulatedRunnerOptions {
  readonly ladder: Ladder;
  readonly slots: number;
  readonly contextLength: number;
  readonly clock: SimulatedClock;
  /** What a pass takes. */
  readonly cost: CostEstimator;
  /** Standard deviation of the logarithm of a pass's time; 0 for none. The mean stays. */
  readonly noise: number;
  readonly seed: number;
}

/**
 * A model without weights behind the runner's contract: a pass takes what the cost says, on the clock, and its logits
 * name the same token for ever.
 */
export class SimulatedRunner implements ModelRunner {
  readonly shape: ModelShape;
  readonly #options: SimulatedRunnerOptions;
  readonly #rows: KvRows;
  readonly #random: RandomStream;
  /** Tokens of each slot in the last pass, not yet committed. */
  #pending = new Map<number, number>();
  #logits = new Float32Array(0);
  #busyMs = 0;
  #passes = 0;

  constructor(options: SimulatedRunnerOptions) {
    const { slots, contextLength } = options;
    this.shape = { vocabSize: VOCABULARY, contextLength, slots };
    this.#options = options;
    this.#rows = new KvRows(slots);
    this.#random = new RandomStream(options.seed, STREAMS.noise);
  }

  /** Time spent in passes so far. */
  get busyMs(): number {
    return this.#busyMs;
  }

  get passes(): number {
    return this.#passes;
  }

  acquireSlot(): number | null {
    return this.#rows.acquire();
  }

  releaseSlot(slot: number): void {
    this.#rows.release(slot);
    this.#pending.delete(slot);
  }

  slotLength(slot: number): number {
    return this.#rows.length(slot);
  }

  truncate(slot: number, tokens: number): void {
    this.#requireLength(slot, tokens);
    this.#rows.hold(slot, tokens);
  }

  /** Takes no time: a copy costs a hundredth of computing the same positions. */
  copyPrefix(from: number, to: number, tokens: number): void {
    this.#requireLength(from, tokens);
    this.#rows.hold(to, tokens);
  }

  rowsToMove(slots: readonly number[]): number {
    return this.#rows.rowsToMove(slots);
  }

  async execute(batch: StepBatch): Promise<StepOutput> {
    this.#check(batch);
    const ms = this.#options.cost.stepMs(this.#shapeOf(batch)) * this.#noiseFactor();
    this.#rows.gather(batch.rows.map(({ slot }) => slot));
    this.#options.clock.advance(ms);
    this.#busyMs += ms;
    this.#passes++;
    this.#pending = new Map(batch.rows.map(({ slot, tokens }) => [slot, tokens.length]));
    const wanted = batch.rows.reduce(
      (sum, { tokens, logits }) => sum + (logits === 'all' ? tokens.length : 1),
      0,
    );
    return { logits: this.#logitRows(wanted) };
  }

  commit(slot: number, tokens: number): void {
    if (this.#pending.get(slot) !== tokens) {
      throw new Error(`Slot ${slot} has no ${tokens} positions of the last pass to commit.`);
    }
    this.#pending.delete(slot);
    this.#rows.grow(slot, tokens);
  }

  async close(): Promise<void> {}

  #requireLength(slot: number, tokens: number): void {
    if (tokens > this.slotLength(slot)) throw new Error(`Slot ${slot} does not hold ${tokens} positions.`);
  }

  #check({ rows }: StepBatch): void {
    if (rows.length === 0) throw new Error('A batch needs rows.');
    if (new Set(rows.map(({ slot }) => slot)).size < rows.length) throw new Error('Two rows name one slot.');
    for (const { slot, tokens } of rows) {
      if (tokens.length === 0) throw new Error('A row needs tokens.');
      if (rows.length > 1 && tokens.length > 1) throw new Error('Several rows have one token each.');
      if (this.slotLength(slot) + tokens.length > this.shape.contextLength) {
        throw new Error(`Slot ${slot} would outgrow the context of ${this.shape.contextLength}.`);
      }
    }
  }

  #shapeOf({ precision, rows }: StepBatch): StepShape {
    const tokens = rows.reduce((sum, row) => sum + row.tokens.length, 0);
    return {
      phase: tokens > rows.length ? 'prefill' : 'decode',
      rung: this.#options.ladder.indexOf(precision),
      rows: rows.length,
      tokens,
      contextTokens: rows.reduce((sum, { slot }) => sum + this.slotLength(slot), 0),
      movedRows: this.rowsToMove(rows.map(({ slot }) => slot)),
    };
  }

  /** exp(σz − σ²/2): log-normal with mean 1. */
  #noiseFactor(): number {
    const { noise } = this.#options;
    return noise === 0 ? 1 : Math.exp(noise * this.#random.gaussian() - (noise * noise) / 2);
  }

  #logitRows(rows: number): Float32Array {
    if (this.#logits.length < rows * VOCABULARY) {
      this.#logits = Float32Array.from({ length: rows * VOCABULARY }, (_, i) =>
        i % VOCABULARY === NEXT_TOKEN ? 1 : 0,
      );
    }
    return this.#logits.subarray(0, rows * VOCABULARY);
  }
}
