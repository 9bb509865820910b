/**
 * Requests in order of arrival. A Map keeps insertion order and deletes in O(1), so a cancellation deep in the
 * queue costs the same as taking its head.
 */
export class WaitingQueue<T extends { readonly id: string }> implements Iterable<T> {
  readonly #items = new Map<string, T>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.size;
  }

  get full(): boolean {
    return this.#items.size >= this.#capacity;
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  /** Appends `item`; the caller has checked `full` and that the id is new. */
  push(item: T): void {
    this.#items.set(item.id, item);
  }

  /** Takes the item out; false when it was not waiting. */
  remove(id: string): boolean {
    return this.#items.delete(id);
  }

  /** First come first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values();
  }
}
