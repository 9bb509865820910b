import type { LimitWindow } from './limit-windows.ts';

/** A count of the last period, in slots; the oldest leave one by one. */
export class SlidingCount {
  readonly #window: LimitWindow;
  /** Amounts by number of slot, in ascending order; none is 0. */
  readonly #slots = new Map<number, number>();
  #total = 0;

  constructor(window: LimitWindow) {
    this.#window = window;
  }

  total(nowMs: number): number {
    this.#forget(nowMs);
    return this.#total;
  }

  /** @returns the slot that it was added to, for `correct` */
  add(amount: number, nowMs: number): number {
    this.#forget(nowMs);
    const slot = this.#slotAt(nowMs);
    this.#change(slot, amount);
    return slot;
  }

  /**
   * Makes up for an amount that was added to `slot`: what is too much is taken out of there, if it still counts; what
   * was too little counts from now.
   */
  correct(slot: number, difference: number, nowMs: number): void {
    this.#forget(nowMs);
    if (difference > 0) this.#change(this.#slotAt(nowMs), difference);
    else if (this.#slots.has(slot)) this.#change(slot, Math.max(difference, -(this.#slots.get(slot) ?? 0)));
  }

  /** Until nothing is counted any more. */
  emptyInMs(nowMs: number): number {
    this.#forget(nowMs);
    const newest = [...this.#slots.keys()].at(-1);
    return newest === undefined ? 0 : this.#leavesAt(newest) - nowMs;
  }

  /** Until no more than `room` is counted. */
  withinInMs(room: number, nowMs: number): number {
    this.#forget(nowMs);
    let left = this.#total;
    if (left <= room) return 0;
    for (const [slot, amount] of this.#slots) {
      left -= amount;
      if (left <= room) return this.#leavesAt(slot) - nowMs;
    }
    return this.emptyInMs(nowMs);
  }

  #change(slot: number, amount: number): void {
    this.#total += amount;
    const changed = (this.#slots.get(slot) ?? 0) + amount;
    if (changed === 0) this.#slots.delete(slot);
    else this.#slots.set(slot, changed);
  }

  #forget(nowMs: number): void {
    for (const [slot, amount] of this.#slots) {
      if (this.#leavesAt(slot) > nowMs) return;
      this.#slots.delete(slot);
      this.#total -= amount;
    }
  }

  #slotAt(nowMs: number): number {
    return Math.floor(nowMs / this.#window.slotMs);
  }

  #leavesAt(slot: number): number {
    return (slot + 1) * this.#window.slotMs + this.#window.periodMs;
  }
}
