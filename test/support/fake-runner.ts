import type { ModelRunner, ModelShape, StepBatch, StepOutput, StepRow } from '../../src/core/index.ts';

interface Position {
  readonly token: number;
  readonly config: string;
}

interface Pending {
  readonly positions: readonly Position[];
  readonly call: number;
}

export interface FakeRunnerOptions {
  readonly shape: ModelShape;
  /** What goes wrong with a row in execution number `call`; `history` is the slot's tokens with the row's own. */
  readonly fault?: (history: readonly number[], call: number) => 'reject' | 'nan' | null;
  readonly commitFails?: (call: number, slot: number) => boolean;
  /** Runs in the middle of execution number `call`. */
  readonly during?: (call: number) => void;
  /** What the runner says of the rows that a batch of `slots` has to move; none when left out. */
  readonly rowsToMove?: (slots: readonly number[]) => number;
  /** The token that shall follow `history`; null leaves it to the toy model. */
  readonly script?: (history: readonly number[]) => number | null;
}

/**
 * A toy model behind the real contract. Its logits are a hash of every token of the slot and of the config that each
 * was run at, so any mix-up of slots, positions, chunks or precision shows in the output. Breaking the contract of
 * ModelRunner throws, and is recorded in `breaches` because a scheduler survives rejections.
 */
export class FakeRunner implements ModelRunner {
  readonly shape: ModelShape;
  readonly breaches: string[] = [];
  /** Every batch that was executed, in order. */
  readonly batches: { config: string; rows: { slot: number; tokens: number[] }[] }[] = [];
  /** Positions copied between slots. */
  copied = 0;
  readonly #options: FakeRunnerOptions;
  readonly #slots = new Map<number, Position[]>();
  readonly #pending = new Map<number, Pending>();
  #handedOut: Float32Array = new Float32Array(0);
  #executing = false;
  #closed = false;

  constructor(options: FakeRunnerOptions) {
    this.#options = options;
    this.shape = options.shape;
  }

  get slotsInUse(): number {
    return this.#slots.size;
  }

  acquireSlot(): number | null {
    this.#require(!this.#executing && !this.#closed, 'acquireSlot while executing or closed');
    for (let slot = 0; slot < this.shape.slots; slot++) {
      if (this.#slots.has(slot)) continue;
      this.#slots.set(slot, []);
      return slot;
    }
    return null;
  }

  releaseSlot(slot: number): void {
    this.#require(!this.#executing, 'releaseSlot while executing');
    this.#require(this.#slots.delete(slot), `release of slot ${slot}, which is free`);
    this.#pending.delete(slot);
  }

  slotLength(slot: number): number {
    return this.#positions(slot).length;
  }

  truncate(slot: number, tokens: number): void {
    this.#require(!this.#executing, 'truncate while executing');
    const positions = this.#positions(slot);
    this.#require(tokens >= 0 && tokens <= positions.length, `truncate of slot ${slot} to ${tokens}`);
    positions.length = tokens;
    this.#pending.delete(slot);
  }

  copyPrefix(from: number, to: number, tokens: number): void {
    this.#require(!this.#executing && from !== to, 'copyPrefix while executing, or onto itself');
    const source = this.#positions(from);
    const target = this.#positions(to);
    this.#require(tokens >= 0 && tokens <= source.length, `copy of ${tokens} from slot ${from}`);
    target.splice(0, target.length, ...source.slice(0, tokens));
    this.#pending.delete(to);
    this.copied += tokens;
  }

  rowsToMove(slots: readonly number[]): number {
    for (const slot of slots) this.#positions(slot);
    return this.#options.rowsToMove?.(slots) ?? 0;
  }

  async execute(batch: StepBatch): Promise<StepOutput> {
    this.#require(!this.#executing && !this.#closed, 'execute while executing or closed');
    this.#checkBatch(batch);
    this.#handedOut.fill(Number.NaN);
    const call = this.batches.length;
    const config = batch.precision.id;
    this.batches.push({
      config,
      rows: batch.rows.map((row) => ({ slot: row.slot, tokens: [...row.tokens] })),
    });
    this.#executing = true;
    try {
      await Promise.resolve();
      this.#options.during?.(call);
      await Promise.resolve();
    } finally {
      this.#executing = false;
    }
    this.#handedOut = this.#run(batch.rows, config, call);
    return { logits: this.#handedOut };
  }

  commit(slot: number, tokens: number): void {
    this.#require(!this.#executing, 'commit while executing');
    const pending = this.#pending.get(slot);
    if (pending === undefined || pending.call !== this.batches.length - 1) {
      throw this.#breach(`commit of slot ${slot} without a row in the last execute`);
    }
    this.#require(
      pending.positions.length === tokens,
      `commit of ${tokens}, executed ${pending.positions.length}`,
    );
    if (this.#options.commitFails?.(pending.call, slot) === true) throw new Error('commit failed as told');
    this.#positions(slot).push(...pending.positions);
    this.#pending.delete(slot);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #run(rows: readonly StepRow[], config: string, call: number): Float32Array {
    const { vocabSize } = this.shape;
    const logits: Float32Array[] = [];
    for (const row of rows) {
      const positions = [...row.tokens].map((token) => ({ token, config }));
      const all = [...this.#positions(row.slot), ...positions];
      const history = all.map((position) => position.token);
      const fault = this.#options.fault?.(history, call) ?? null;
      if (fault === 'reject') throw new Error('execute failed as told');
      this.#pending.set(row.slot, { positions, call });
      const from = row.logits === 'all' ? all.length - positions.length + 1 : all.length;
      for (let end = from; end <= all.length; end++) {
        const script = this.#options.script?.(history.slice(0, end)) ?? null;
        logits.push(
          fault === 'nan'
            ? new Float32Array(vocabSize).fill(Number.NaN)
            : toyLogits(all.slice(0, end), vocabSize, script),
        );
      }
    }
    const joined = new Float32Array(logits.length * vocabSize);
    logits.forEach((row, i) => {
      joined.set(row, i * vocabSize);
    });
    return joined;
  }

  #checkBatch({ rows }: StepBatch): void {
    this.#require(rows.length > 0, 'a batch without rows');
    this.#require(new Set(rows.map((row) => row.slot)).size === rows.length, 'rows of one slot twice');
    for (const { slot, tokens } of rows) {
      this.#require(tokens instanceof Int32Array && tokens.length > 0, 'a row without tokens');
      this.#require(rows.length === 1 || tokens.length === 1, 'several rows, one longer than a token');
      this.#require(
        tokens.every((id) => id >= 0 && id < this.shape.vocabSize),
        'an id outside the vocabulary',
      );
      const length = this.#positions(slot).length + tokens.length;
      this.#require(length <= this.shape.contextLength, `slot ${slot} grows to ${length}`);
    }
  }

  #positions(slot: number): Position[] {
    const positions = this.#slots.get(slot);
    if (positions === undefined) throw this.#breach(`use of slot ${slot}, which is free`);
    return positions;
  }

  #require(held: boolean, breach: string): void {
    if (!held) throw this.#breach(breach);
  }

  #breach(what: string): Error {
    this.breaches.push(what);
    return new Error(`Contract breach: ${what}.`);
  }
}

function toyLogits(positions: readonly Position[], vocabSize: number, script: number | null): Float32Array {
  let hash = 0x811c9dc5;
  for (const { token, config } of positions) {
    hash = mix(hash ^ (token + 1));
    for (let i = 0; i < config.length; i++) hash = mix(hash ^ (config.charCodeAt(i) << 8));
  }
  const logits = Float32Array.from({ length: vocabSize }, (_, id) => (mix(hash + id) / 2 ** 32) * 8 - 4);
  if (script !== null) logits[script] = 50;
  return logits;
}

function mix(value: number): number {
  let z = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
