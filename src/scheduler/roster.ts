import {
  type FailedEvent,
  type FinishedEvent,
  type FinishReason,
  type GenerationEvent,
  type Ladder,
  type ModelRunner,
  QueptError,
} from '../core/index.ts';
import type { KvPlaces } from './kv-places.ts';
import type { Sequence } from './sequence.ts';
import { WaitingQueue } from './waiting-queue.ts';
import type { WorkRecord } from './work-record.ts';

export interface RosterOptions {
  readonly runner: ModelRunner;
  readonly places: KvPlaces;
  readonly ladder: Ladder;
  readonly maxWaiting: number;
  readonly record: WorkRecord;
  readonly emit: (event: GenerationEvent) => void;
  readonly onFault: (fault: unknown) => void;
  /** Told of every request before its terminal event is emitted. */
  readonly onEnd: (sequence: Sequence) => void;
}

/** Who waits, who runs, and which slots are owed to the runner. Every terminal event is made here, once a request. */
export class Roster {
  readonly waiting: WaitingQueue<Sequence>;
  /** Holders of slots, in order of admission. */
  readonly running = new Map<string, Sequence>();
  readonly #options: RosterOptions;
  readonly #vacated: { readonly slot: number; readonly sound: boolean }[] = [];

  constructor(options: RosterOptions) {
    this.#options = options;
    this.waiting = new WaitingQueue(options.maxWaiting);
  }

  get freeSlots(): number {
    return this.#options.runner.shape.slots - this.running.size - this.#vacated.length;
  }

  find(id: string): Sequence | undefined {
    return this.running.get(id) ?? this.waiting.get(id);
  }

  /**
   * Moves a waiting request into a slot, with what can be reused at `rung` or better; it stays where it is when the
   * runner has none.
   */
  admit(sequence: Sequence, rung: number): void {
    const place = this.#options.places.acquire(sequence.wish(rung));
    if (place === null) return;
    sequence.slot = place.slot;
    sequence.reuse(place.reused);
    this.waiting.remove(sequence.id);
    this.running.set(sequence.id, sequence);
  }

  /** Takes a running request's slot away and lets it wait again; call only while no batch is in flight. */
  preempt(sequence: Sequence, nowMs: number): void {
    if (sequence.slot === null) throw new Error('A request without a slot cannot be preempted.');
    this.#options.places.release(sequence.slot, true);
    sequence.preempt(nowMs);
    this.running.delete(sequence.id);
    this.waiting.push(sequence);
    this.#options.record.preemptions++;
  }

  /** Ends a request with what is left of its text; as failed when that text cannot be decoded. */
  finish(sequence: Sequence, reason: FinishReason): void {
    let event: FinishedEvent;
    try {
      event = sequence.finished(reason, this.#options.ladder);
    } catch (fault) {
      this.#options.onFault(fault);
      this.failAlone(sequence);
      return;
    }
    this.#retire(sequence, event);
  }

  fail(sequence: Sequence, error: QueptError): void {
    this.#retire(sequence, sequence.failed(error));
  }

  /** For a fault that this request alone is blamed for; what it was is told to `onFault` only. */
  failAlone(sequence: Sequence): void {
    this.fail(sequence, new QueptError('internal_error', 'The model failed on this request.'));
  }

  /** Gives the slots of ended requests back; call only while no batch is in flight. */
  releaseVacated(): void {
    for (let left = this.#vacated.pop(); left !== undefined; left = this.#vacated.pop()) {
      this.#options.places.release(left.slot, left.sound);
    }
  }

  /** Its slot may be in use by the runner until the step ends: `releaseVacated` returns it. */
  #retire(sequence: Sequence, event: FinishedEvent | FailedEvent): void {
    if (sequence.ended) return;
    sequence.ended = true;
    this.waiting.remove(sequence.id);
    this.running.delete(sequence.id);
    if (sequence.slot !== null) {
      this.#vacated.push({ slot: sequence.slot, sound: event.type === 'finished' });
      sequence.slot = null;
    }
    const ownEnd = event.type === 'finished' && event.reason !== 'cancelled';
    this.#options.onEnd(sequence);
    this.#options.record.leave(sequence.owner, ownEnd ? event.usage.completionTokens : null);
    this.#options.emit(event);
  }
}
