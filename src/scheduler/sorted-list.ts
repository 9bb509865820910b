/**
 * Items by a number, ascending; among equals in order of insertion. A plain array that shifts: for ten thousand items
 * that takes microseconds, and only when an item comes or goes.
 */
export class SortedList<T> {
  readonly #keys: number[] = [];
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  insert(key: number, item: T): void {
    const at = this.#position(key, true);
    this.#keys.splice(at, 0, key);
    this.#items.splice(at, 0, item);
  }

  /** `key` is the one it was inserted with. False when the item is not here. */
  remove(key: number, item: T): boolean {
    const at = this.#items.indexOf(item, this.#position(key, false));
    if (at < 0) return false;
    this.#keys.splice(at, 1);
    this.#items.splice(at, 1);
    return true;
  }

  /** The items in front, `count` at most. */
  head(count: number): T[] {
    return this.#items.slice(0, count);
  }

  /** The items in front whose key is at most `key`. */
  upTo(key: number): T[] {
    return this.#items.slice(0, this.#position(key, true));
  }

  /** The same, taken out. */
  takeUpTo(key: number): T[] {
    const count = this.#position(key, true);
    this.#keys.splice(0, count);
    return this.#items.splice(0, count);
  }

  /** Where `key` belongs: behind its equals, or in front of them. */
  #position(key: number, behind: boolean): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#keys[middle] ?? Number.POSITIVE_INFINITY;
      if (there < key || (behind && there === key)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
