import type { ErrorCode, GenerationEvent } from '../core/index.ts';

export type EventSink = (event: GenerationEvent) => void;

/** The requests that the engine has and whose terminal event is still to come. */
export class InFlight {
  readonly #sinks = new Map<string, EventSink>();

  get size(): number {
    return this.#sinks.size;
  }

  has(id: string): boolean {
    return this.#sinks.has(id);
  }

  add(id: string, sink: EventSink): void {
    this.#sinks.set(id, sink);
  }

  remove(id: string): void {
    this.#sinks.delete(id);
  }

  /** Hands an event to its request; one of a request that is no longer here goes nowhere. */
  deliver(event: GenerationEvent): void {
    const sink = this.#sinks.get(event.requestId);
    if (event.type !== 'token') this.remove(event.requestId);
    sink?.(event);
  }

  failAll(code: ErrorCode, message: string): void {
    for (const requestId of [...this.#sinks.keys()]) {
      this.deliver({ type: 'failed', requestId, code, message });
    }
  }
}
