/**
 * Where the sequences of a batched cache stand. A batch reads adjacent rows, so rows change place when a batch is
 * made of others than the last: the cost that a simulation would miss if it knew slots only. Rows and their moves
 * follow the engine's cache: a new sequence gets the lowest free row, and a batch the window of rows that is cheapest
 * to fill.
 */
export class KvRows {
  readonly #lengths: number[];
  readonly #rowOfSlot: number[];
  readonly #slotOfRow: number[];
  readonly #held = new Set<number>();

  constructor(slots: number) {
    this.#lengths = Array.from({ length: slots }, () => 0);
    this.#rowOfSlot = Array.from({ length: slots }, (_, slot) => slot);
    this.#slotOfRow = [...this.#rowOfSlot];
  }

  acquire(): number | null {
    const slot = this.#slotOfRow.find((candidate) => !this.#held.has(candidate));
    if (slot === undefined) return null;
    this.#held.add(slot);
    this.#lengths[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.#requireHeld(slot);
    this.#held.delete(slot);
    this.#lengths[slot] = 0;
  }

  length(slot: number): number {
    this.#requireHeld(slot);
    return this.#lengths[slot] ?? 0;
  }

  /** Sets how much a slot holds: less than before, or as much as was copied to it. */
  hold(slot: number, tokens: number): void {
    this.#requireHeld(slot);
    this.#lengths[slot] = tokens;
  }

  grow(slot: number, tokens: number): void {
    this.#lengths[slot] = this.length(slot) + tokens;
  }

  /** Rows with content that `gather` would move to bring the rows of `slots` together. */
  rowsToMove(slots: readonly number[]): number {
    if (this.#settled(slots)) return 0;
    const members = new Set(slots);
    const start = this.#cheapestWindow(members);
    return this.#misplaced(members, start).filter((slot) => this.length(slot) > 0).length;
  }

  gather(slots: readonly number[]): void {
    if (this.#settled(slots)) return;
    const members = new Set(slots);
    const start = this.#cheapestWindow(members);
    const end = start + members.size;
    const outside = slots.map((slot) => this.#row(slot)).filter((row) => row < start || row >= end);
    for (let row = start; row < end; row++) {
      if (members.has(this.#slot(row))) continue;
      const from = outside.pop();
      if (from !== undefined) this.#swap(row, from);
    }
  }

  /** Adjacent and all with content: then no other window is as cheap. Spares most batches the search. */
  #settled(slots: readonly number[]): boolean {
    const rows = slots.map((slot) => this.#row(slot));
    if (Math.max(...rows) - Math.min(...rows) !== slots.length - 1) return false;
    return slots.every((slot) => this.length(slot) > 0);
  }

  #cheapestWindow(members: ReadonlySet<number>): number {
    let best = { start: 0, positions: Number.POSITIVE_INFINITY };
    for (let start = 0; start + members.size <= this.#slotOfRow.length; start++) {
      const positions = this.#misplaced(members, start).reduce((sum, slot) => sum + this.length(slot), 0);
      if (positions < best.positions) best = { start, positions };
    }
    return best.start;
  }

  /** Held slots on the wrong side of the window that begins at row `start`. */
  #misplaced(members: ReadonlySet<number>, start: number): number[] {
    return this.#slotOfRow.filter((slot, row) => {
      const inside = row >= start && row < start + members.size;
      return this.#held.has(slot) && inside !== members.has(slot);
    });
  }

  #swap(a: number, b: number): void {
    const [slotA, slotB] = [this.#slot(a), this.#slot(b)];
    this.#slotOfRow[a] = slotB;
    this.#slotOfRow[b] = slotA;
    this.#rowOfSlot[slotA] = b;
    this.#rowOfSlot[slotB] = a;
  }

  #row(slot: number): number {
    this.#requireHeld(slot);
    return this.#rowOfSlot[slot] ?? 0;
  }

  #slot(row: number): number {
    return this.#slotOfRow[row] ?? 0;
  }

  #requireHeld(slot: number): void {
    if (!this.#held.has(slot)) throw new RangeError(`Slot ${slot} is not held.`);
  }
}
