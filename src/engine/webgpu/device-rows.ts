/** Positions 0 to `positions` − 1 of one row that shall stand in another. */
export interface RowCopy {
  readonly from: number;
  readonly to: number;
  readonly positions: number;
}

/** Rows 0 to `count` − 1 hold a batch, once `moves` are made: one after the other, the copies of one all at once. */
export interface Arrangement {
  readonly count: number;
  readonly moves: readonly (readonly RowCopy[])[];
}

/** A slot that no pass has used for so long is cold: it will not be missed among the first rows. */
const COLD_AFTER_PASSES = 16;

/**
 * Where sequences stand in the device's cache, [rows, kvHeads, capacity, headDim] for each layer. Only bookkeeping: what
 * has to be copied is told to the caller.
 *
 * A pass can see the first rows of a buffer only, as many as it likes, since buffers are bound from their beginning. So
 * a batch runs over all rows up to its last. Rows between that take no part run idle: they write one position behind
 * what they hold, which nobody reads, and cost a read of their keys and values. Slots that were used lately are left
 * where they are, since two groups that take turns would otherwise push each other aside at every pass; cold and empty
 * ones are swapped for rows of the batch, once. A chunk of a prompt needs row 0 for itself: idle rows would have to
 * write as many positions as it has.
 */
export class DeviceRows {
  readonly slots: number;
  /** Rows in the buffers: one for each slot, and such as no slot ever has. */
  readonly rows: number;
  readonly #leastRows: number;
  readonly #rowOfSlot: number[];
  readonly #slotOfRow: number[];
  readonly #held = new Set<number>();
  readonly #length: number[];
  /** Positions that passes have written, committed or not: idle rows write behind them. */
  readonly #written: number[];
  readonly #usedAt: number[];
  #passes = 0;

  /** @param leastRows rows that a pass has at least */
  constructor({ slots, leastRows }: { readonly slots: number; readonly leastRows: number }) {
    this.slots = slots;
    this.rows = Math.max(slots, leastRows);
    this.#leastRows = leastRows;
    this.#rowOfSlot = Array.from({ length: slots }, (_, slot) => slot);
    this.#slotOfRow = [...this.#rowOfSlot];
    this.#length = this.#rowOfSlot.map(() => 0);
    this.#written = this.#rowOfSlot.map(() => 0);
    this.#usedAt = this.#rowOfSlot.map(() => Number.NEGATIVE_INFINITY);
  }

  /** A free slot with length 0, the one in the lowest row; null when all are held. */
  acquire(): number | null {
    const slot = this.#slotOfRow.find((candidate) => !this.#held.has(candidate));
    if (slot === undefined) return null;
    this.#held.add(slot);
    return slot;
  }

  release(slot: number): void {
    this.#mustBeHeld(slot);
    this.#held.delete(slot);
    this.#set(slot, 0);
    this.#usedAt[slot] = Number.NEGATIVE_INFINITY;
  }

  length(slot: number): number {
    return this.#length[slot]!;
  }

  rowOf(slot: number): number {
    this.#mustBeHeld(slot);
    return this.#rowOfSlot[slot]!;
  }

  /** Throws RangeError for more than was written. */
  commit(slot: number, tokens: number): void {
    this.#mustBeHeld(slot);
    const length = this.#length[slot]! + tokens;
    if (length > this.#written[slot]!) throw new RangeError(`slot ${slot} has not run ${tokens} more tokens`);
    this.#length[slot] = length;
  }

  /** Throws RangeError when fewer are committed. */
  truncate(slot: number, tokens: number): void {
    this.#mustHold(slot, tokens);
    this.#set(slot, tokens);
  }

  /** What must be copied so that `to` holds the first `tokens` positions of `from`, which it does from now on. */
  copyPrefix(from: number, to: number, tokens: number): RowCopy {
    this.#mustHold(from, tokens);
    this.#mustBeHeld(to);
    this.#set(to, tokens);
    return { from: this.rowOf(from), to: this.rowOf(to), positions: tokens };
  }

  /** Brings `slots` among the first rows. `alone`: their one slot must be the only row. */
  arrange(slots: readonly number[], alone: boolean): Arrangement {
    const swaps = alone ? this.#swapToFront(slots) : this.#swapsFor(slots);
    const moves = swaps.map(([a, b]) => this.#swap(a, b)).filter((copies) => copies.length > 0);
    this.#passes++;
    for (const slot of slots) this.#usedAt[slot] = this.#passes;
    const last = Math.max(...slots.map((slot) => this.#rowOfSlot[slot]!));
    return { count: alone ? 1 : Math.max(last + 1, this.#leastRows), moves };
  }

  /** Rows with content that `arrange` would copy for a decode batch. */
  rowsToMove(slots: readonly number[]): number {
    const rows = this.#swapsFor(slots).flat();
    return rows.filter((row) => this.#written[this.#slotOfRow[row]!]! > 0).length;
  }

  /** Notes that a pass has written `tokens` positions behind the committed ones. */
  wrote(slot: number, tokens: number): void {
    this.#written[slot] = this.#length[slot]! + tokens;
  }

  /** The position that an idle row may write. */
  idlePosition(row: number): number {
    const slot = this.#slotOfRow[row];
    return slot === undefined ? 0 : this.#written[slot]!;
  }

  #swapToFront(slots: readonly number[]): (readonly [number, number])[] {
    const row = this.rowOf(slots[0]!);
    return row === 0 ? [] : [[0, row]];
  }

  /** The last rows of the batch against the first cold rows before them. */
  #swapsFor(slots: readonly number[]): (readonly [number, number])[] {
    const members = slots.map((slot) => this.rowOf(slot)).sort((a, b) => b - a);
    const taken = new Set(members);
    const cold = this.#slotOfRow.map((_, row) => row).filter((row) => !taken.has(row) && this.#isCold(row));
    const swaps: (readonly [number, number])[] = [];
    for (const [i, member] of members.entries()) {
      const row = cold[i];
      if (row === undefined || row > member) break;
      swaps.push([row, member]);
    }
    return swaps;
  }

  #isCold(row: number): boolean {
    const slot = this.#slotOfRow[row]!;
    return this.#written[slot] === 0 || this.#passes - this.#usedAt[slot]! >= COLD_AFTER_PASSES;
  }

  #swap(a: number, b: number): RowCopy[] {
    const slotA = this.#slotOfRow[a]!;
    const slotB = this.#slotOfRow[b]!;
    this.#slotOfRow[a] = slotB;
    this.#slotOfRow[b] = slotA;
    this.#rowOfSlot[slotA] = b;
    this.#rowOfSlot[slotB] = a;
    return [
      { from: a, to: b, positions: this.#written[slotA]! },
      { from: b, to: a, positions: this.#written[slotB]! },
    ].filter(({ positions }) => positions > 0);
  }

  #set(slot: number, tokens: number): void {
    this.#length[slot] = tokens;
    this.#written[slot] = tokens;
  }

  #mustBeHeld(slot: number): void {
    if (!this.#held.has(slot)) throw new RangeError(`slot ${slot} is not acquired`);
  }

  #mustHold(slot: number, tokens: number): void {
    this.#mustBeHeld(slot);
    if (!(tokens >= 0 && tokens <= this.#length[slot]!)) {
      throw new RangeError(`slot ${slot} does not hold ${tokens} positions`);
    }
  }
}
