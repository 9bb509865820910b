import type { Ladder, ModelRunner, ModelShape, StepBatch, StepOutput } from '../../src/core/index.ts';
import type { CostEstimator } from '../../src/scheduler/index.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * A machine without a model: a pass takes the time that `cost` says, and every next token is token 1. A pass of one
 * row and one token counts as decode.
 */
export class TimedRunner implements ModelRunner {
  readonly shape: ModelShape;
  readonly #ladder: Ladder;
  readonly #cost: CostEstimator;
  readonly #clock: VirtualClock;
  readonly #lengths: (number | null)[];
  readonly #logits: Float32Array;

  constructor(shape: ModelShape, ladder: Ladder, cost: CostEstimator, clock: VirtualClock) {
    this.shape = shape;
    this.#ladder = ladder;
    this.#cost = cost;
    this.#clock = clock;
    this.#lengths = new Array<null>(shape.slots).fill(null);
    this.#logits = new Float32Array(shape.vocabSize * shape.slots);
    for (let row = 0; row < shape.slots; row++) this.#logits[row * shape.vocabSize + 1] = 1;
  }

  get slotsInUse(): number {
    return this.#lengths.filter((length) => length !== null).length;
  }

  acquireSlot(): number | null {
    const slot = this.#lengths.indexOf(null);
    if (slot < 0) return null;
    this.#lengths[slot] = 0;
    return slot;
  }

  releaseSlot(slot: number): void {
    this.slotLength(slot);
    this.#lengths[slot] = null;
  }

  slotLength(slot: number): number {
    const length = this.#lengths[slot];
    if (length === null || length === undefined) throw new Error(`Slot ${slot} is free.`);
    return length;
  }

  truncate(slot: number, tokens: number): void {
    if (tokens > this.slotLength(slot)) throw new Error(`Slot ${slot} holds fewer than ${tokens}.`);
    this.#lengths[slot] = tokens;
  }

  copyPrefix(from: number, to: number, tokens: number): void {
    if (tokens > this.slotLength(from)) throw new Error(`Slot ${from} holds fewer than ${tokens}.`);
    this.slotLength(to);
    this.#lengths[to] = tokens;
  }

  async execute({ precision, rows }: StepBatch): Promise<StepOutput> {
    const tokens = rows.reduce((sum, row) => sum + row.tokens.length, 0);
    this.#clock.advance(
      this.#cost.stepMs({
        phase: tokens > rows.length ? 'prefill' : 'decode',
        rung: this.#ladder.indexOf(precision),
        rows: rows.length,
        tokens,
        contextTokens: rows.reduce((sum, { slot }) => sum + this.slotLength(slot), 0),
        movedRows: 0,
      }),
    );
    return { logits: this.#logits.subarray(0, rows.length * this.shape.vocabSize) };
  }

  commit(slot: number, tokens: number): void {
    this.#lengths[slot] = this.slotLength(slot) + tokens;
  }

  async close(): Promise<void> {}
}
