import type { EngineRequest } from '../core/index.ts';
import type { WorkMessage } from './channel.ts';

/**
 * Gathers submissions and cancellations into at most one message per engine step.
 *
 * One message may be on its way between two step messages. The engine answers every work message with a step
 * message, idle or not, so permission to send always returns; a burst during a long step leaves as one message
 * at its end, and a burst within one turn of the event loop leaves as one message at the end of the turn.
 */
export class WorkOutbox {
  readonly #send: (message: WorkMessage) => void;
  readonly #endOfTurn: (callback: () => void) => void;
  readonly #submit = new Map<string, EngineRequest>();
  #cancel: string[] = [];
  #maySend = true;
  #scheduled = false;

  constructor(
    send: (message: WorkMessage) => void,
    endOfTurn: (callback: () => void) => void = (callback) => void setImmediate(callback),
  ) {
    this.#send = send;
    this.#endOfTurn = endOfTurn;
  }

  submit(request: EngineRequest): void {
    this.#submit.set(request.id, request);
    this.#schedule();
  }

  /** Returns true if the request had not left yet: it is forgotten, and the engine will never hear of it. */
  cancel(id: string): boolean {
    if (this.#submit.delete(id)) return true;
    this.#cancel.push(id);
    this.#schedule();
    return false;
  }

  /** To be called on every step message. */
  stepArrived(): void {
    this.#maySend = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#maySend || this.#empty) return;
    this.#scheduled = true;
    this.#endOfTurn(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (!this.#maySend || this.#empty) return;
    const message: WorkMessage = { type: 'work', submit: [...this.#submit.values()], cancel: this.#cancel };
    this.#submit.clear();
    this.#cancel = [];
    this.#maySend = false;
    this.#send(message);
  }

  get #empty(): boolean {
    return this.#submit.size === 0 && this.#cancel.length === 0;
  }
}
