import type { ServiceLevel } from '../core/index.ts';

/** A request of the engine's, as its transport knows it. */
export interface IndexedRequest {
  /** The engine's id. */
  readonly engineId: string;
  /** `GenerateRequest.id`. */
  readonly id: string;
  readonly level: ServiceLevel;
}

/** A call has as many as it has prompts, and more where a client gives several calls one id. */
const PER_CALL = 256;

/** Finds the engine's ids of the newest calls. An owner finds its own calls only, whatever ids others use. */
export class RequestIndex {
  readonly #capacity: number;
  readonly #calls = new Map<string, readonly IndexedRequest[]>();

  /** @param capacity calls to keep; 0 keeps none */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Notes a request that belongs to the call `callId` of `owner`. */
  add(callId: string, owner: string, request: IndexedRequest): void {
    if (this.#capacity === 0) return;
    const key = keyOf(callId, owner);
    const requests = [...(this.#calls.get(key) ?? []), request].slice(-PER_CALL);
    // Deleted and set again, it is the newest.
    this.#calls.delete(key);
    this.#calls.set(key, requests);
    if (this.#calls.size > this.#capacity) this.#calls.delete(this.#calls.keys().next().value as string);
  }

  /** None for a call that is not kept. */
  find(callId: string, owner: string): readonly IndexedRequest[] {
    return this.#calls.get(keyOf(callId, owner)) ?? [];
  }
}

function keyOf(callId: string, owner: string): string {
  return JSON.stringify([owner, callId]);
}
