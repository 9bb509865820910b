import { type DecisionTrail, type EngineRequest, QueptError, type Readiness } from '../core/index.ts';
import type { Logger, RestartReason } from '../observability/index.ts';
import type { SchedulerSnapshot, UnloadedProfile } from '../scheduler/index.ts';
import type { EngineSettings, FatalMessage, ReadyMessage, StepMessage } from './channel.ts';
import { DecisionQueries } from './decision-queries.ts';
import { describeDevice } from './describe-device.ts';
import { EngineChild } from './engine-child.ts';
import type { EngineMetrics } from './engine-metrics.ts';
import { EngineWatchdog } from './engine-watchdog.ts';
import { InFlight, type RequestSinks } from './in-flight.ts';
import { RestartBackoff } from './restart-backoff.ts';
import { WorkOutbox } from './work-outbox.ts';

interface EngineClientOptions {
  /** The compiled engine-process module. */
  readonly entry: URL;
  readonly settings: EngineSettings;
  /** How long loading and verifying the model may take. */
  readonly loadTimeoutMs: number;
  /** Silence of an engine that is borne however short its steps are; 0 bears any. */
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: EngineMetrics;
  /** Told what an engine measured at its start, before it takes requests. */
  readonly onProfile?: (profile: UnloadedProfile) => void;
  /** Told after each step how many times slower the machine is than that says. */
  readonly onSlowness?: (slowness: number) => void;
}

/** `failed`: the first start did not succeed; `restarting`: the engine is gone or loads again. */
type State = 'loading' | 'ready' | 'restarting' | 'failed' | 'stopped';

/** Time for the process to free the model after `stop` before it is killed. */
const STOP_MS = 2_000;

/**
 * Starts the engine process, routes its events, and starts it again when it dies or hangs. Each request in flight then
 * fails exactly once; none is tried again here, since its tokens may already have left.
 */
export class EngineClient {
  /** Resolves when the model is loaded for the first time; rejects with QueptError when that fails. */
  readonly ready: Promise<void>;
  readonly #options: EngineClientOptions;
  readonly #inFlight = new InFlight();
  readonly #queries = new DecisionQueries();
  readonly #backoff = new RestartBackoff();
  readonly #watchdog: EngineWatchdog;
  #state: State = 'loading';
  #child!: EngineChild;
  #outbox!: WorkOutbox;
  #snapshot: SchedulerSnapshot | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Why this process was killed; null where nobody did. */
  #killedFor: Exclude<RestartReason, 'crash'> | null = null;
  #settleReady!: { resolve: () => void; reject: (error: QueptError) => void };

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.#watchdog = new EngineWatchdog({
      leastMs: options.stallTimeoutMs,
      busy: () => this.#inFlight.size > 0,
      ping: () => this.#child.send({ type: 'ping' }),
      onHang: (silentMs) => this.#onHang(silentMs),
    });
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
    this.#watchdog.stop();
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
    const { entry, settings, loadTimeoutMs, logger } = this.#options;
    const child = new EngineChild({
      entry,
      settings,
      onReady: (message) => this.#onReady(message),
      onStep: (message) => this.#onStep(message),
      onDecisions: (message) => this.#queries.answer(message),
      onPong: () => this.#watchdog.answered(),
      onLine: (line) => logger.info({ source: 'engine' }, line),
      onExit: (how, fatal) => this.#onExit(how, fatal),
    });
    this.#child = child;
    this.#outbox = new WorkOutbox((message) => child.send(message));
    this.#killedFor = null;
    this.#timer = setTimeout(() => {
      this.#killedFor = 'load_timeout';
      child.kill();
    }, loadTimeoutMs);
  }

  #onReady({ profile, longestStepMs, device }: ReadyMessage): void {
    if (this.#state === 'stopped' || this.#killedFor !== null) return;
    this.#options.onProfile?.(profile);
    clearTimeout(this.#timer);
    this.#state = 'ready';
    this.#backoff.ready(performance.now());
    this.#watchdog.start(longestStepMs);
    this.#settleReady.resolve();
    const patienceMs = Math.round(this.#watchdog.patienceMs);
    this.#options.metrics.started(device);
    const place = describeDevice(device);
    this.#options.logger.info({ enginePid: this.pid, patienceMs, ...place }, 'the engine is ready');
  }

  #onStep(message: StepMessage): void {
    // Of a process that has been given up: its requests have been answered.
    if (this.#state !== 'ready') return;
    this.#watchdog.stepped(message.statistics.cost.longestStepMs);
    this.#snapshot = message.snapshot;
    for (const prompt of message.reused) this.#inFlight.noteReuse(prompt);
    for (const times of message.statistics.ended) this.#inFlight.notePhases(times);
    for (const event of message.events) this.#inFlight.deliver(event);
    this.#outbox.stepArrived();
    this.#options.metrics.step(message);
    this.#options.onSlowness?.(message.statistics.cost.slowness);
  }

  /** Its requests are told at once: a process that the kernel holds up may take long to die. */
  #onHang(silentMs: number): void {
    this.#killedFor = 'hang';
    this.#state = 'restarting';
    const { logger } = this.#options;
    logger.error({ silentMs: Math.round(silentMs), enginePid: this.pid }, 'the engine hangs and is killed');
    this.#forget('The engine stopped in the middle of this answer. Try again.');
    this.#child.kill();
  }

  #onExit(how: string, fatal: FatalMessage | null): void {
    clearTimeout(this.#timer);
    this.#watchdog.stop();
    const first = this.#state === 'loading';
    if (this.#state !== 'stopped') this.#state = first ? 'failed' : 'restarting';
    this.#forget('The engine ended before this answer was complete. Try again.');
    if (this.#state === 'stopped') return;
    const reason = fatal?.message ?? this.#silentExitReason(how);
    this.#options.logger.error({ how }, reason);
    // A model that has never loaded will not load by itself: the operator is told at once.
    if (first) this.#settleReady.reject(new QueptError(fatal?.code ?? 'engine_unavailable', reason));
    else this.#restartLater();
  }

  /** What the engine had is gone. */
  #forget(message: string): void {
    this.#snapshot = null;
    this.#queries.forget();
    this.#options.metrics.gone();
    this.#inFlight.failAll('engine_unavailable', message);
  }

  #restartLater(): void {
    const waitMs = this.#backoff.lost(performance.now());
    const { logger, metrics } = this.#options;
    metrics.restarting(this.#killedFor ?? 'crash');
    logger.warn({ waitMs, losses: this.#backoff.losses }, 'the engine will be started again');
    this.#timer = setTimeout(() => this.#start(), waitMs);
  }

  #silentExitReason(how: string): string {
    switch (this.#killedFor) {
      case 'load_timeout':
        return `The engine did not load the model within ${this.#options.loadTimeoutMs} ms and was killed. Look at the disk that holds it, or give it more time with --load-timeout-ms.`;
      case 'hang':
        return 'The engine that hung has been killed.';
      case null:
        return /^(code|signal) /.test(how)
          ? `The engine process ended unexpectedly (${how}). A SIGKILL that nobody sent usually means that memory ran out.${this.#driverHint()}`
          : `The engine process could not be started: ${how}.`;
      default:
        return this.#killedFor satisfies never;
    }
  }

  /** Drivers of graphics devices run in the engine's process, and end it without a word. */
  #driverHint(): string {
    const { device } = this.#options.settings;
    return device === 'cpu'
      ? ''
      : ' Where a graphics device is used, its driver may be why: --device cpu does without.';
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
      case 'ready':
        return null;
      default:
        return this.#state satisfies never;
    }
  }
}
