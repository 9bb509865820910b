import { type EngineRequest, type GenerationEvent, QueptError, toPublicError } from '../core/index.ts';
import type { Scheduler } from '../scheduler/index.ts';
import type { EngineStatistics, ReusedPrompt, StepMessage, WorkMessage } from './channel.ts';

/** The part of the scheduler that the loop drives. */
export type LoopScheduler = Pick<Scheduler, 'submit' | 'cancel' | 'step' | 'snapshot'>;

/**
 * The engine process's heart: apply what arrived, run a step, post its events as one message, and give the
 * event loop a turn so that new messages can arrive. Without work it sleeps until a message comes.
 *
 * Messages are applied between steps only, so a step never sees its queue change under it.
 */
export class EngineLoop {
  readonly #scheduler: LoopScheduler;
  readonly #takeStatistics: () => EngineStatistics;
  readonly #post: (message: StepMessage) => Promise<void>;
  #inbox: WorkMessage[] = [];
  #events: GenerationEvent[] = [];
  #reused: ReusedPrompt[] = [];
  #stopped = false;
  #wake: (() => void) | null = null;

  /**
   * `createScheduler` gets the functions that take the scheduler's events and what it reuses. `takeStatistics` gives
   * what happened since it was called before. `post` resolves when the message has been handed over, so that a parent
   * that does not read slows the loop instead of filling memory.
   */
  constructor(
    createScheduler: (
      emit: (event: GenerationEvent) => void,
      onReuse: (requestId: string, tokens: number) => void,
    ) => LoopScheduler,
    takeStatistics: () => EngineStatistics,
    post: (message: StepMessage) => Promise<void>,
  ) {
    this.#scheduler = createScheduler(
      (event) => this.#events.push(event),
      (requestId, tokens) => this.#reused.push({ requestId, tokens }),
    );
    this.#takeStatistics = takeStatistics;
    this.#post = post;
  }

  receive(message: WorkMessage): void {
    this.#inbox.push(message);
    this.#wake?.();
  }

  /** The loop ends after the step it is in. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Runs until `stop`. Rejects when the scheduler has become unhealthy: only a new process can serve then. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const received = this.#applyInbox();
      const worked = await this.#scheduler.step();
      if (worked || received) await this.#postStep();
      if (worked) await nextTurn();
      else await this.#message();
    }
  }

  #applyInbox(): boolean {
    const messages = this.#inbox;
    this.#inbox = [];
    for (const { submit, cancel } of messages) {
      for (const request of submit) this.#submit(request);
      for (const id of cancel) this.#scheduler.cancel(id);
    }
    return messages.length > 0;
  }

  /** A refusal becomes the request's terminal event. */
  #submit(request: EngineRequest): void {
    try {
      this.#scheduler.submit(request);
    } catch (thrown) {
      const { code, message } = toPublicError(thrown);
      this.#events.push({ type: 'failed', requestId: request.id, code, message });
    }
  }

  async #postStep(): Promise<void> {
    const events = this.#events;
    const reused = this.#reused;
    const snapshot = this.#scheduler.snapshot();
    this.#events = [];
    this.#reused = [];
    await this.#post({ type: 'step', events, reused, snapshot, statistics: this.#takeStatistics() });
    if (snapshot.unhealthy !== null) throw new QueptError('internal_error', snapshot.unhealthy);
  }

  async #message(): Promise<void> {
    if (this.#inbox.length > 0 || this.#stopped) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}

/** `setImmediate` fires after the poll phase, in which waiting messages are read. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
