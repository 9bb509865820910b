import type { GenerationEvent } from '../core/index.ts';

/**
 * The events of one request between the engine and its one reader.
 *
 * Unbounded on purpose: a request yields at most maxTokens small events, so its own limit bounds the queue, and
 * pushing never waits, so a reader that stalls holds up nobody else.
 */
export class EventQueue implements AsyncIterable<GenerationEvent>, AsyncIterator<GenerationEvent, undefined> {
  readonly #events: GenerationEvent[] = [];
  readonly #onLeave: () => void;
  #read = 0;
  #terminated = false;
  #left = false;
  #wake: (() => void) | null = null;

  /** `onLeave` is called once if the reader leaves before the terminal event has been pushed. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  /** Appends an event. Anything after the terminal event is dropped: there is exactly one. */
  push(event: GenerationEvent): void {
    if (this.#terminated) return;
    if (event.type !== 'token') this.#terminated = true;
    if (!this.#left) this.#events.push(event);
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<GenerationEvent, undefined> {
    return this;
  }

  async next(): Promise<IteratorResult<GenerationEvent, undefined>> {
    for (;;) {
      if (this.#left) return { done: true, value: undefined };
      const event = this.#events[this.#read];
      if (event !== undefined) {
        this.#read++;
        this.#forgetRead();
        return { done: false, value: event };
      }
      if (this.#terminated) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<GenerationEvent, undefined>> {
    if (!this.#left) {
      this.#left = true;
      this.#events.length = 0;
      this.#wake?.();
      if (!this.#terminated) this.#onLeave();
    }
    return { done: true, value: undefined };
  }

  /** Reading moves an index; the array is emptied whenever the reader has caught up. */
  #forgetRead(): void {
    if (this.#read < this.#events.length) return;
    this.#events.length = 0;
    this.#read = 0;
  }
}
