import type { EngineRequest, FailedEvent, FinishedEvent } from '../../src/core/index.ts';
import {
  type BatchPolicy,
  createDeadlinePolicy,
  createScheduler,
  type PrecisionPolicy,
  type Scheduler,
  type SchedulingView,
} from '../../src/scheduler/index.ts';
import { LinearCost, MEASURED_MS } from './linear-cost.ts';
import { engineRequest, pieceDecoder } from './scheduler-rig.ts';
import { steppedLadder } from './stepped-ladder.ts';
import { TimedRunner } from './timed-runner.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Arrival {
  readonly atMs: number;
  readonly request: EngineRequest;
}

/** What became of a request, with times of the virtual clock. */
export interface Life {
  readonly arrival: Arrival;
  readonly tokenAtMs: number[];
  readonly rungs: number[];
  end: FinishedEvent | FailedEvent | null;
  endAtMs: number;
}

export interface TimedOptions {
  readonly precisionPolicy: PrecisionPolicy;
  readonly batchPolicy?: BatchPolicy;
  readonly slots?: number;
  readonly cost?: LinearCost;
  readonly contextLength?: number;
  readonly prefillChunk?: number;
  readonly maxWaiting?: number;
  /** Told of every view that is planned for. */
  readonly onView?: (view: SchedulingView) => void;
}

/** A request of so many prompt and output tokens, free on a ladder of four rungs. */
export function job(
  id: string,
  promptTokens: number,
  outputTokens: number,
  fields: Partial<EngineRequest> = {},
): EngineRequest {
  return engineRequest(id, {
    promptTokens: new Int32Array(promptTokens).fill(2),
    maxTokens: outputTokens,
    floor: 0,
    ceiling: 3,
    ...fields,
  });
}

/** A scheduler on a virtual clock that its runner moves on, by what passes cost. */
export class TimedRig {
  readonly clock = new VirtualClock();
  readonly runner: TimedRunner;
  readonly scheduler: Scheduler;
  readonly lives = new Map<string, Life>();
  readonly faults: unknown[] = [];

  constructor(options: TimedOptions) {
    const { slots = 8, cost = new LinearCost(MEASURED_MS), contextLength = 4096, onView } = options;
    const ladder = steppedLadder(4);
    const batchPolicy = options.batchPolicy ?? createDeadlinePolicy();
    this.runner = new TimedRunner({ vocabSize: 13, contextLength, slots }, ladder, cost, this.clock);
    this.scheduler = createScheduler({
      runner: this.runner,
      ladder,
      textDecoder: pieceDecoder(),
      clock: this.clock,
      limits: {
        maxWaiting: options.maxWaiting ?? 100_000,
        prefillChunk: options.prefillChunk ?? 512,
        maxBatch: slots,
      },
      precisionPolicy: options.precisionPolicy,
      batchPolicy: (view, rungOf) => {
        onView?.(view);
        return batchPolicy(view, rungOf);
      },
      cost,
      drawSeed: () => 1,
      onFault: (fault) => this.faults.push(fault),
      emit: (event) => {
        const life = this.lives.get(event.requestId);
        if (life === undefined) throw new Error(`An event of ${event.requestId}, which nobody sent.`);
        if (life.end !== null) throw new Error(`${event.requestId} has an event after its end.`);
        if (event.type === 'token') {
          life.tokenAtMs.push(this.clock.now());
          life.rungs.push(event.rung);
          return;
        }
        life.end = event;
        life.endAtMs = this.clock.now();
      },
    });
  }

  submit(arrival: Arrival): void {
    this.lives.set(arrival.request.id, { arrival, tokenAtMs: [], rungs: [], end: null, endAtMs: Number.NaN });
    this.scheduler.submit(arrival.request);
  }

  /** Runs arrivals, in order of time, to the end of the last request, or until `untilMs`. */
  async play(arrivals: readonly Arrival[], untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    let next = 0;
    for (;;) {
      for (
        let due = arrivals[next];
        due !== undefined && due.atMs <= this.clock.now();
        due = arrivals[++next]
      ) {
        this.submit(due);
      }
      if (this.clock.now() >= untilMs) return;
      if (await this.scheduler.step()) continue;
      const idle = arrivals[next];
      if (idle === undefined) return;
      this.clock.advance(idle.atMs - this.clock.now());
    }
  }
}

/** Time to first token, from arrival. */
export function ttftMs({ arrival, tokenAtMs }: Life): number {
  return (tokenAtMs[0] ?? Number.POSITIVE_INFINITY) - arrival.atMs;
}

/** Time per token after the first; 0 of a single token. */
export function tpotMs({ tokenAtMs }: Life): number {
  const first = tokenAtMs[0] ?? Number.NaN;
  return tokenAtMs.length < 2 ? 0 : ((tokenAtMs.at(-1) ?? Number.NaN) - first) / (tokenAtMs.length - 1);
}

/** Whether a request ended by itself and met both of its targets. */
export function attained(life: Life): boolean {
  const { level } = life.arrival.request;
  return life.end?.type === 'finished' && ttftMs(life) <= level.ttftMs && tpotMs(life) <= level.tpotMs;
}

export function switchesOf({ rungs }: Life): number {
  return rungs.filter((rung, i) => i > 0 && rung !== rungs[i - 1]).length;
}
