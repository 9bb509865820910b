import { type DecisionTrail, type EngineRequest, QueptError, type Readiness } from '../core/index.ts';
import type { Logger } from '../observability/index.ts';
import type { SchedulerSnapshot, UnloadedProfile } from '../scheduler/index.ts';
import type { EngineSettings, FatalMessage, StepMessage } from './channel.ts';
import { DecisionQueries } from './decision-queries.ts';
import { EngineChild } from './engine-child.ts';
import type { EngineMetrics } from './engine-metrics.ts';
import { InFlight, type RequestSinks } from './in-flight.ts';
import { WorkOutbox } from './work-outbox.ts';

interface EngineClientOptions {
  /** The compiled engine-process module. */
  readonly entry: URL;
  readonly settings: EngineSettings;
  /** How long loading and verifying the model may take. */
  readonly startTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: EngineMetrics;
  /** Told what an engine measured at its start, before it takes requests. */
  readonly onProfile?: (profile: UnloadedProfile) => void;
  /** Told after each step how many times slower the machine is than that says. */
  readonly onSlowness?: (slowness: number) => void;
}

/** `failed`: the first start did not succeed; `restarting`: the engine is gone or loads again. */
type State = 'loading' | 'ready' | 'restarting' | 'failed' | 'stopped';

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 30_000;
/** An engine that was ready for this long is taken to be sound: its crash starts the backoff anew. */
const SOUND_AFTER_MS = 60_000;
/** With requests in flight, no step for this long means that the engine hangs. */
const STALLED_AFTER_MS = 60_000;
/** Time for the process to free the model after `stop` before it is killed. */
const STOP_MS = 2_000;

/**
 * Starts the engine process, routes its events, and starts it again when it dies. Each request in flight at a
 * crash fails exactly once; none is tried again here, since its tokens may already have left.
 */
export class EngineClient {
  /** Resolves when the model is loaded for the first time; rejects with QueptError when that fails. */
  readonly ready: Promise<void>;
  readonly #options: EngineClientOptions;
  readonly #inFlight = new InFlight();
  readonly #queries = new DecisionQueries();
  #state: State = 'loading';
  #child!: EngineChild;
  #outbox!: WorkOutbox;
  #snapshot: SchedulerSnapshot | null = null;
  #timer: NodeJS.Timeout | undefined;
  #startTimedOut = false;
  #readyAt = 0;
  #lastStepAt = 0;
  #crashes = 0;
  #settleReady!: { resolve: () => void; reject: (error: QueptError) => void };

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    // Whoever awaits `ready` sees the failure; that nobody does must not end the process.
    this.ready.catch(() => {});
    this.#start();
  }

  /** Process id of the engine, undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** State of the scheduler after its last step; null before the first one of this process. */
  get snapshot(): SchedulerSnapshot | null {
    return this.#snapshot;
  }

  readiness(): Readiness {
    const reason = this.#reasonNotReady();
    return { ready: reason === null, reason };
  }

  /**
   * Sends a request whose id is not in flight. `onEvent` gets its events, exactly one terminal one last; `onReuse` is
   * told what part of the prompt need not be computed, `onPhases` where the time went.
   *
   * Throws QueptError `engine_unavailable` while no engine is loaded, `shutting_down` after `stop`.
   */
  submit(request: EngineRequest, sinks: RequestSinks): void {
    if (this.#state === 'stopped') throw new QueptError('shutting_down', 'The server is shutting down.');
    if (this.#state !== 'ready') {
      throw new QueptError('engine_unavailable', `Not available now: ${this.#reasonNotReady()}.`, {
        retryAfterMs: 1_000,
      });
    }
    // The time without requests is no stall.
    if (this.#inFlight.size === 0) this.#lastStepAt = performance.now();
    this.#inFlight.add(request.id, sinks);
    this.#outbox.submit(request);
  }

  /**
   * Cancels a request in flight; its terminal event follows from the engine. Returns true if the engine has not
   * heard of it: then it is in flight no more, and its terminal event is left to the caller.
   */
  cancel(id: string): boolean {
    if (!this.#inFlight.has(id) || !this.#outbox.cancel(id)) return false;
    this.#inFlight.remove(id);
    return true;
  }

  /** What the engine keeps of the decisions on these requests; null for each of which it keeps nothing. */
  decisions(ids: readonly string[]): Promise<readonly (DecisionTrail | null)[]> {
    if (this.#state !== 'ready') return Promise.resolve(ids.map(() => null));
    return this.#queries.ask(ids, (message) => this.#child.send(message));
  }

  /** Ends the process; what is in flight fails with `shutting_down`. Resolves when the process is gone. */
  async stop(): Promise<void> {
    const wasReady = this.#state === 'ready';
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    this.#settleReady.reject(
      new QueptError('shutting_down', 'The server stopped while the model was loading.'),
    );
    this.#inFlight.failAll('shutting_down', 'The server stopped before this answer was complete.');
    // Only a process that runs its loop reads the request to stop.
    if (wasReady) this.#child.send({ type: 'stop' });
    const timer = setTimeout(() => this.#child.kill(), wasReady ? STOP_MS : 0);
    await this.#child.ended;
    clearTimeout(timer);
  }

  #start(): void {
    const { entry, settings, startTimeoutMs, logger } = this.#options;
    const child = new EngineChild({
      entry,
      settings,
      onReady: ({ profile }) => this.#onReady(profile),
      onStep: (message) => this.#onStep(message),
      onDecisions: (message) => this.#queries.answer(message),
      onLine: (line) => logger.info({ source: 'engine' }, line),
      onExit: (how, fatal) => this.#onExit(how, fatal),
    });
    this.#child = child;
    this.#outbox = new WorkOutbox((message) => child.send(message));
    this.#startTimedOut = false;
    this.#timer = setTimeout(() => {
      this.#startTimedOut = true;
      child.kill();
    }, startTimeoutMs);
  }

  #onReady(profile: UnloadedProfile): void {
    if (this.#state === 'stopped') return;
    this.#options.onProfile?.(profile);
    clearTimeout(this.#timer);
    this.#state = 'ready';
    this.#readyAt = performance.now();
    this.#settleReady.resolve();
    this.#options.logger.info({ enginePid: this.pid }, 'the engine is ready');
  }

  #onStep(message: StepMessage): void {
    this.#lastStepAt = performance.now();
    this.#snapshot = message.snapshot;
    for (const prompt of message.reused) this.#inFlight.noteReuse(prompt);
    for (const times of message.statistics.ended) this.#inFlight.notePhases(times);
    for (const event of message.events) this.#inFlight.deliver(event);
    this.#outbox.stepArrived();
    this.#options.metrics.step(message);
    this.#options.onSlowness?.(message.statistics.cost.slowness);
  }

  #onExit(how: string, fatal: FatalMessage | null): void {
    clearTimeout(this.#timer);
    this.#snapshot = null;
    this.#queries.forget();
    this.#options.metrics.gone();
    if (this.#state === 'stopped') return;
    const reason = fatal?.message ?? this.#silentExitReason(how);
    const first = this.#state === 'loading';
    this.#state = first ? 'failed' : 'restarting';
    this.#options.logger.error({ how }, reason);
    this.#inFlight.failAll(
      'engine_unavailable',
      'The engine ended before this answer was complete. Try again.',
    );
    // A model that has never loaded will not load by itself: the operator is told at once.
    if (first) this.#settleReady.reject(new QueptError(fatal?.code ?? 'engine_unavailable', reason));
    else this.#restartLater();
  }

  #restartLater(): void {
    const sound = this.#readyAt > 0 && performance.now() - this.#readyAt > SOUND_AFTER_MS;
    this.#crashes = sound ? 1 : this.#crashes + 1;
    this.#readyAt = 0;
    const waitMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#crashes - 1));
    this.#options.logger.warn({ waitMs, crashes: this.#crashes }, 'the engine will be started again');
    this.#timer = setTimeout(() => this.#start(), waitMs);
  }

  #silentExitReason(how: string): string {
    if (this.#startTimedOut) {
      return `The engine did not load the model within ${this.#options.startTimeoutMs} ms. Give it more time, or use a smaller model.`;
    }
    return `The engine process ended unexpectedly (${how}). A SIGKILL that nobody sent usually means that memory ran out.`;
  }

  #reasonNotReady(): string | null {
    switch (this.#state) {
      case 'loading':
        return 'the model is loading';
      case 'restarting':
        return 'the engine is restarting';
      case 'failed':
        return 'the model could not be loaded';
      case 'stopped':
        return 'the engine has stopped';
      case 'ready': {
        const stalled = this.#inFlight.size > 0 && performance.now() - this.#lastStepAt > STALLED_AFTER_MS;
        return stalled ? 'the engine makes no progress' : null;
      }
      default:
        return this.#state satisfies never;
    }
  }
}
