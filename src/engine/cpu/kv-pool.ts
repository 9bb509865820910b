interface KvPoolShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly slots: number;
  /** Positions per slot at first. */
  readonly capacity: number;
}

/**
 * Keys and values of all sequences in host memory: per layer one f32 array [slots, kvHeads, capacity, headDim]
 * for keys and one for values. The operating system commits pages as positions are first written, so an
 * unused slot costs address space only.
 *
 * A batch must be contiguous for the graph to read it in place. Slots therefore live in movable rows, and
 * `arrange` brings the slots of a batch together.
 */
export class KvPool {
  readonly keys: Float32Array[];
  readonly values: Float32Array[];
  readonly slots: number;
  capacity: number;
  /** Positions copied by `arrange` so far: what regrouping has cost. */
  movedPositions = 0;
  readonly #shape: KvPoolShape;
  readonly #rowOfSlot: number[];
  readonly #slotOfRow: number[];
  readonly #length: number[];
  readonly #free: Set<number>;

  constructor(shape: KvPoolShape) {
    this.#shape = shape;
    this.slots = shape.slots;
    this.capacity = shape.capacity;
    this.keys = this.#allocate();
    this.values = this.#allocate();
    this.#rowOfSlot = Array.from({ length: shape.slots }, (_, slot) => slot);
    this.#slotOfRow = [...this.#rowOfSlot];
    this.#length = this.#rowOfSlot.map(() => 0);
    this.#free = new Set(this.#rowOfSlot);
  }

  /** A free slot, the one in the lowest row so that running sequences stay together; null when full. */
  acquire(): number | null {
    const slot = this.#slotOfRow.find((candidate) => this.#free.has(candidate));
    if (slot === undefined) return null;
    this.#free.delete(slot);
    this.#length[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.#mustBeHeld(slot);
    this.#free.add(slot);
    this.#length[slot] = 0;
  }

  length(slot: number): number {
    return this.#length[slot]!;
  }

  commit(slot: number, tokens: number): void {
    this.#mustBeHeld(slot);
    const length = this.#length[slot]! + tokens;
    if (length > this.capacity) throw new RangeError(`slot ${slot} would hold ${length} positions`);
    this.#length[slot] = length;
  }

  /** Forgets what is stored behind the first `tokens` positions. Throws RangeError when there are fewer. */
  truncate(slot: number, tokens: number): void {
    this.#mustHold(slot, tokens);
    this.#length[slot] = tokens;
  }

  /**
   * Copies positions 0 to `tokens` − 1 of all layers from one slot's row to another's, which holds just these then.
   * Per layer two arrays of kvHeads runs of `tokens`·headDim floats. Throws RangeError when `from` holds fewer, or a
   * slot is free.
   */
  copyPrefix(from: number, to: number, tokens: number): void {
    this.#mustHold(from, tokens);
    this.#mustBeHeld(to);
    const { kvHeads, headDim } = this.#shape;
    const stride = this.capacity * headDim;
    for (const array of [...this.keys, ...this.values]) {
      for (let head = 0; head < kvHeads; head++) {
        const start = (this.rowOf(from) * kvHeads + head) * stride;
        array.copyWithin((this.rowOf(to) * kvHeads + head) * stride, start, start + tokens * headDim);
      }
    }
    this.#length[to] = tokens;
  }

  rowOf(slot: number): number {
    return this.#rowOfSlot[slot]!;
  }

  /**
   * Moves `slots` into adjacent rows, with as few copied positions as possible, and returns the first of those
   * rows. Their order within the window is their old row order, not that of the list.
   */
  arrange(slots: readonly number[]): number {
    const members = this.#heldMembers(slots);
    const start = this.#cheapestWindow(members);
    const outside = slots.filter((slot) => !this.#inWindow(slot, start, slots.length));
    for (let row = start; row < start + slots.length; row++) {
      if (!members.has(this.#slotOfRow[row]!)) this.#swapRows(row, this.#rowOfSlot[outside.pop()!]!);
    }
    return start;
  }

  /** Rows that hold positions and that `arrange` would copy to bring `slots` together, strangers in the way included. */
  rowsToMove(slots: readonly number[]): number {
    const members = this.#heldMembers(slots);
    const start = this.#cheapestWindow(members);
    return this.#strangers(members, start).filter((slot) => this.#length[slot]! > 0).length;
  }

  /** Makes room for `capacity` positions per slot, keeping what is stored. Copies everything. */
  grow(capacity: number): void {
    if (capacity <= this.capacity) return;
    const old = { keys: [...this.keys], values: [...this.values], capacity: this.capacity };
    this.capacity = capacity;
    const { layers, kvHeads, headDim, slots } = this.#shape;
    const fresh = { keys: this.#allocate(), values: this.#allocate() };
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < slots * kvHeads; head++) {
        const slot = this.#slotOfRow[Math.floor(head / kvHeads)]!;
        const from = head * old.capacity * headDim;
        const to = head * capacity * headDim;
        const count = this.#length[slot]! * headDim;
        fresh.keys[layer]!.set(old.keys[layer]!.subarray(from, from + count), to);
        fresh.values[layer]!.set(old.values[layer]!.subarray(from, from + count), to);
      }
      this.keys[layer] = fresh.keys[layer]!;
      this.values[layer] = fresh.values[layer]!;
    }
  }

  #allocate(): Float32Array[] {
    const { layers, kvHeads, headDim, slots } = this.#shape;
    return Array.from({ length: layers }, () => new Float32Array(slots * kvHeads * this.capacity * headDim));
  }

  #mustBeHeld(slot: number): void {
    if (this.#rowOfSlot[slot] === undefined || this.#free.has(slot)) {
      throw new RangeError(`slot ${slot} is not acquired`);
    }
  }

  #mustHold(slot: number, tokens: number): void {
    this.#mustBeHeld(slot);
    if (!(tokens >= 0 && tokens <= this.#length[slot]!)) {
      throw new RangeError(`slot ${slot} does not hold ${tokens} positions`);
    }
  }

  #heldMembers(slots: readonly number[]): ReadonlySet<number> {
    for (const slot of slots) this.#mustBeHeld(slot);
    return new Set(slots);
  }

  #inWindow(slot: number, start: number, count: number): boolean {
    const row = this.#rowOfSlot[slot]!;
    return row >= start && row < start + count;
  }

  /** First row of the window that takes the fewest copied positions to hold `members` and nobody else. */
  #cheapestWindow(members: ReadonlySet<number>): number {
    let best = { start: 0, cost: Number.POSITIVE_INFINITY };
    for (let start = 0; start + members.size <= this.slots; start++) {
      const cost = this.#strangers(members, start).reduce((sum, slot) => sum + this.#length[slot]!, 0);
      if (cost < best.cost) best = { start, cost };
    }
    return best.start;
  }

  /** Slots on the wrong side of the window that begins at row `start`: members outside of it, others inside. */
  #strangers(members: ReadonlySet<number>, start: number): number[] {
    return this.#slotOfRow.filter((slot) => this.#inWindow(slot, start, members.size) !== members.has(slot));
  }

  #swapRows(a: number, b: number): void {
    const slotA = this.#slotOfRow[a]!;
    const slotB = this.#slotOfRow[b]!;
    const lengthA = this.#length[slotA]!;
    const lengthB = this.#length[slotB]!;
    for (const arrays of [this.keys, this.values]) {
      for (const array of arrays) this.#swapStored(array, a, lengthA, b, lengthB);
    }
    this.movedPositions += lengthA + lengthB;
    this.#slotOfRow[a] = slotB;
    this.#slotOfRow[b] = slotA;
    this.#rowOfSlot[slotA] = b;
    this.#rowOfSlot[slotB] = a;
  }

  #swapStored(array: Float32Array, a: number, lengthA: number, b: number, lengthB: number): void {
    const { kvHeads, headDim } = this.#shape;
    const stride = this.capacity * headDim;
    for (let head = 0; head < kvHeads; head++) {
      const atA = (a * kvHeads + head) * stride;
      const atB = (b * kvHeads + head) * stride;
      const kept = array.slice(atA, atA + lengthA * headDim);
      array.copyWithin(atA, atB, atB + lengthB * headDim);
      array.set(kept, atB);
    }
  }
}
