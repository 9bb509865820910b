import type { ErrorCode, GenerationEvent } from '../core/index.ts';
import type { ReusedPrompt } from './channel.ts';

export type EventSink = (event: GenerationEvent) => void;

/** Told, before the first token, how many tokens of a prompt were reused, if any. */
export type ReuseSink = (tokens: number) => void;

/** The requests that the engine has and whose terminal event is still to come. */
export class InFlight {
  readonly #sinks = new Map<string, EventSink>();
  readonly #reuseSinks = new Map<string, ReuseSink>();

  get size(): number {
    return this.#sinks.size;
  }

  has(id: string): boolean {
    return this.#sinks.has(id);
  }

  add(id: string, sink: EventSink, onReuse: ReuseSink): void {
    this.#sinks.set(id, sink);
    this.#reuseSinks.set(id, onReuse);
  }

  remove(id: string): void {
    this.#sinks.delete(id);
    this.#reuseSinks.delete(id);
  }

  /** Hands an event to its request; one of a request that is no longer here goes nowhere. */
  deliver(event: GenerationEvent): void {
    const sink = this.#sinks.get(event.requestId);
    if (event.type !== 'token') this.remove(event.requestId);
    sink?.(event);
  }

  noteReuse({ requestId, tokens }: ReusedPrompt): void {
    this.#reuseSinks.get(requestId)?.(tokens);
  }

  failAll(code: ErrorCode, message: string): void {
    for (const requestId of [...this.#sinks.keys()]) {
      this.deliver({ type: 'failed', requestId, code, message });
    }
  }
}
