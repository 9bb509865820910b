import { type EngineRequest, type Ladder, QueptError, type TextDecoder } from '../core/index.ts';
import { type CostEstimator, type CostModel, createScheduler, type Scheduler } from '../scheduler/index.ts';
import type { NamedPolicy } from './policies.ts';
import { Recorder } from './recorder.ts';
import { serviceLevel, type TargetOverrides } from './service-levels.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { simulatedRequest } from './simulated-request.ts';
import { SimulatedRunner } from './simulated-runner.ts';
import type { StepOverhead } from './step-overhead.ts';
import { type SimulationResult, summarize } from './summarize.ts';
import type { Arrival, Workload } from './workload.ts';

/** The machine and the server on it. */
export interface SimulatedServer {
  readonly ladder: Ladder;
  /** What passes really take. */
  readonly machine: CostEstimator;
  /** What the scheduler believes they take; a new one for each run, since it learns. */
  readonly createCost: () => CostModel;
  readonly contextLength: number;
  readonly slots: number;
  /** Requests that may wait beyond those in slots; more are refused. */
  readonly maxWaiting: number;
  readonly prefillChunk: number;
  readonly targets: TargetOverrides;
  /** Decode rows in one batch at most. */
  readonly maxBatch: number;
  /** Standard deviation of the logarithm of a pass's time. */
  readonly noise: number;
  /** None where left out. */
  readonly overhead?: StepOverhead;
  readonly seed: number;
}

export interface SimulationControl {
  /** Length of a window of the timeline; a default by the workload's length where it is left out. */
  readonly windowMs?: number;
  /** Aborts between two steps. */
  readonly signal?: AbortSignal;
  /** Told now and then how many of the requests have ended. */
  readonly onProgress?: (ended: number) => void;
}

/** Windows of a timeline at most, as long as none is shorter than a second. */
const MOST_WINDOWS = 120;
/** Where what counts is how long a server takes to react. */
const STEP_WINDOW_MS = 500;
/** Steps between two turns of the event loop, in which an interruption can arrive: some milliseconds. */
const STEPS_PER_TURN = 256;

/**
 * Runs a workload through the scheduler on a virtual clock until every request has ended.
 *
 * As in the gateway, requests are admitted the moment they arrive or are refused, reach the scheduler between two
 * steps, and see what a step produced when the whole step is over. The clock stands still but for passes of the
 * model and for waiting.
 *
 * Rejects with the signal's reason when aborted, and with whatever fault a policy makes.
 */
export async function simulate(
  server: SimulatedServer,
  workload: Workload,
  policy: NamedPolicy,
  control: SimulationControl = {},
): Promise<SimulationResult> {
  const run = new Run(server, workload, policy, control.windowMs ?? defaultWindowMs(workload));
  for (;;) {
    for (let i = 0; i < STEPS_PER_TURN; i++) {
      if (!(await run.advance())) return run.result();
    }
    control.onProgress?.(run.ended);
    await nextTurn();
    control.signal?.throwIfAborted();
  }
}

class Run {
  readonly #server: SimulatedServer;
  readonly #workload: Workload;
  readonly #policy: NamedPolicy;
  readonly #clock = new SimulatedClock();
  readonly #runner: SimulatedRunner;
  readonly #recorder: Recorder;
  readonly #scheduler: Scheduler;
  #fault: unknown = null;
  #arrived = 0;
  #steps = 0;

  constructor(server: SimulatedServer, workload: Workload, policy: NamedPolicy, windowMs: number) {
    const { ladder, machine, slots, prefillChunk, maxBatch, maxWaiting } = server;
    this.#server = server;
    this.#workload = workload;
    this.#policy = policy;
    this.#runner = new SimulatedRunner({ ...server, clock: this.#clock, cost: machine });
    this.#recorder = new Recorder(ladder, windowMs);
    this.#scheduler = createScheduler({
      runner: this.#runner,
      ladder,
      textDecoder: SILENT,
      clock: this.#clock,
      // Admission is decided here, as the gateway decides it before the engine.
      limits: { prefillChunk, maxBatch, maxWaiting: slots + maxWaiting },
      precisionPolicy: policy.precisionPolicy,
      batchPolicy: policy.batchPolicy,
      cost: server.createCost(),
      prefixCache: { sharing: 'owner' },
      emit: (event) => this.#recorder.take(event),
      onFault: (fault) => {
        this.#fault ??= fault;
      },
      drawSeed: () => 0,
    });
    this.#admitDue();
  }

  get ended(): number {
    return this.#recorder.ended;
  }

  /** One step, or the way to the next arrival. False when all is over. */
  async advance(): Promise<boolean> {
    const worked = await this.#scheduler.step();
    // The runner never fails: whatever does is a defect, and no result would be worth having.
    if (this.#fault !== null) throw this.#fault;
    // Who came during the step met the places as they were: those that the step frees are free when it is told.
    if (worked) this.#passOverhead();
    this.#admitDue();
    this.#recorder.deliver(this.#clock.now());
    if (worked) this.#steps++;
    return worked || this.#awaitArrival();
  }

  #passOverhead(): void {
    const { stepMs, tokenMs } = this.#server.overhead ?? { stepMs: 0, tokenMs: 0 };
    this.#clock.advance(stepMs + tokenMs * this.#recorder.undeliveredTokens);
  }

  /** False when nobody comes any more. */
  #awaitArrival(): boolean {
    const next = this.#workload.arrivals[this.#arrived];
    if (next !== undefined) {
      this.#clock.advanceTo(next.atMs);
      this.#admitDue();
      return true;
    }
    if (this.#recorder.held === 0) return false;
    throw new Error(`Policy ${this.#policy.name} leaves requests waiting for ever.`);
  }

  result(): SimulationResult {
    return summarize({
      policy: this.#policy.name,
      ladder: this.#server.ladder,
      records: this.#recorder.records,
      timeline: this.#recorder.timeline,
      step: this.#workload.step ?? null,
      spanMs: this.#workload.spanMs,
      simulatedMs: this.#clock.now(),
      busyMs: this.#runner.busyMs,
      steps: this.#steps,
      passes: this.#runner.passes,
    });
  }

  #admitDue(): void {
    const { arrivals } = this.#workload;
    for (let next = arrivals[this.#arrived]; next !== undefined && next.atMs <= this.#clock.now(); ) {
      this.#admit(next, this.#arrived++);
      next = arrivals[this.#arrived];
    }
  }

  #admit(arrival: Arrival, index: number): void {
    const { ladder, machine, prefillChunk, targets, slots, maxWaiting } = this.#server;
    const unloaded = { cost: machine, rung: ladder.length - 1, prefillChunk };
    const level = arrival.level ?? serviceLevel(arrival.tier, arrival.promptTokens, unloaded, targets);
    if (this.#recorder.held >= slots + maxWaiting) {
      this.#recorder.refuse(arrival.atMs, level);
      return;
    }
    const request = simulatedRequest(arrival, index, { level, ceiling: ladder.length - 1 });
    this.#recorder.accept(request.id, arrival.atMs, level);
    this.#submit(request);
  }

  #submit(request: EngineRequest): void {
    try {
      this.#scheduler.submit(request);
    } catch (error) {
      if (!(error instanceof QueptError)) throw error;
      this.#recorder.take({
        type: 'failed',
        requestId: request.id,
        code: error.code,
        message: error.message,
      });
      this.#recorder.deliver(this.#clock.now());
    }
  }
}

/** Every token says nothing, and none ends an answer. */
const SILENT: TextDecoder = {
  createTextStream: () => ({ push: () => '', flush: () => '' }),
  tokenText: () => '',
  tokenBytes: () => new Uint8Array(),
  endTokenIds: new Set(),
};

/** At least a second, and a round number of seconds, unless there is a step to look at. */
function defaultWindowMs({ spanMs, step }: Workload): number {
  if (step !== undefined && step !== null) return STEP_WINDOW_MS;
  return 1000 * Math.max(1, Math.ceil(spanMs / 1000 / MOST_WINDOWS));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
