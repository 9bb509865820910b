import type { ErrorCode, GenerationEvent } from '../core/index.ts';
import type { PhaseTimes } from '../scheduler/index.ts';
import type { ReusedPrompt } from './channel.ts';

export type EventSink = (event: GenerationEvent) => void;

/** Told, before the first token, how many tokens of a prompt were reused, if any. */
export type ReuseSink = (tokens: number) => void;

/** Told, before the terminal event, where the time went, if the engine knows. */
export type PhasesSink = (times: PhaseTimes) => void;

/** Where it goes what is heard of a request. */
export interface RequestSinks {
  readonly onEvent: EventSink;
  readonly onReuse: ReuseSink;
  readonly onPhases?: PhasesSink;
}

/** The requests that the engine has and whose terminal event is still to come. */
export class InFlight {
  readonly #sinks = new Map<string, RequestSinks>();

  get size(): number {
    return this.#sinks.size;
  }

  has(id: string): boolean {
    return this.#sinks.has(id);
  }

  add(id: string, sinks: RequestSinks): void {
    this.#sinks.set(id, sinks);
  }

  remove(id: string): void {
    this.#sinks.delete(id);
  }

  /** Hands an event to its request; one of a request that is no longer here goes nowhere. */
  deliver(event: GenerationEvent): void {
    const sinks = this.#sinks.get(event.requestId);
    if (event.type !== 'token') this.remove(event.requestId);
    sinks?.onEvent(event);
  }

  noteReuse({ requestId, tokens }: ReusedPrompt): void {
    this.#sinks.get(requestId)?.onReuse(tokens);
  }

  notePhases(times: PhaseTimes): void {
    this.#sinks.get(times.requestId)?.onPhases?.(times);
  }

  failAll(code: ErrorCode, message: string): void {
    for (const requestId of [...this.#sinks.keys()]) {
      this.deliver({ type: 'failed', requestId, code, message });
    }
  }
}
