import {
  type Clock,
  type EngineRequest,
  type GenerationEvent,
  type Ladder,
  type ModelRunner,
  type OutputConstrainer,
  type OutputMatcher,
  QueptError,
  type ServiceTier,
  type TextDecoder,
  toPublicError,
} from '../core/index.ts';
import { TokenSampler } from '../numerics/index.ts';
import { requireAdmissible } from './admissible-request.ts';
import type { BatchPolicy } from './batch-policy.ts';
import { type CostModel, FREE_COST } from './cost-model.ts';
import type { DecisionLog } from './decision-log.ts';
import { KvPlaces, type PrefixCacheOptions } from './kv-places.ts';
import { PassTimer } from './pass-timer.ts';
import type { PrecisionPolicy } from './precision-policy.ts';
import { Roster } from './roster.ts';
import type { StepLimits } from './scheduling-view.ts';
import { Sequence } from './sequence.ts';
import { runStep, type StepContext } from './step.ts';
import type { StatisticsCollector } from './step-statistics.ts';
import { WorkRecord } from './work-record.ts';

export interface SchedulerLimits extends StepLimits {
  /** Requests that may wait for a slot. */
  readonly maxWaiting: number;
}

export interface SchedulerOptions {
  readonly runner: ModelRunner;
  readonly ladder: Ladder;
  readonly textDecoder: TextDecoder;
  readonly clock: Clock;
  /** Keeps answers in their grammars. Where it is left out, requests that have one are refused. */
  readonly constrainer?: OutputConstrainer;
  readonly limits: SchedulerLimits;
  readonly precisionPolicy: PrecisionPolicy;
  readonly batchPolicy: BatchPolicy;
  /** What steps take; learns from every one. Nothing is known where it is left out. */
  readonly cost?: CostModel;
  /** Whether rows of requests that have ended are kept for prompts that begin as they do; none is where left out. */
  readonly prefixCache?: PrefixCacheOptions;
  /** Told of every plan; must not throw. */
  readonly decisions?: DecisionLog;
  /** Counts what happens, for whoever takes it after each step. */
  readonly statistics?: StatisticsCollector;
  /** Called synchronously, in order; must not throw. It may submit and cancel. */
  readonly emit: (event: GenerationEvent) => void;
  /** Told when a prompt begins to run of which so many tokens are reused; must not throw. */
  readonly onReuse?: (requestId: string, tokens: number) => void;
  /** Told of what failed inside; clients see none of it. */
  readonly onFault?: (fault: unknown) => void;
  /** A safe integer for a request without a seed; random when absent. */
  readonly drawSeed?: () => number;
}

export interface SchedulerSnapshot {
  /** Requests that hold a slot. */
  readonly running: number;
  readonly waiting: number;
  /** Prompt tokens not yet run, of running and waiting requests. */
  readonly prefillTokensPending: number;
  readonly freeSlots: number;
  /** Committed tokens of running requests. */
  readonly kvTokensUsed: number;
  /** Tokens that all slots together can hold. */
  readonly kvTokensCapacity: number;
  /** Running requests whose newest token ran below the best precision that they admit, by tier. */
  readonly belowCeiling: Readonly<Record<ServiceTier, number>>;
  /** Tokens of requests that have ended, kept for prompts that begin alike. Their place counts as free. */
  readonly kvTokensKept: number;
  /** Prompt tokens of requests that began to run since the start … */
  readonly prefixTokensQueried: number;
  /** … and how many of them were reused. */
  readonly prefixTokensReused: number;
  /** Times that a request had to give its slot back, since the start. */
  readonly preemptions: number;
  /** Output tokens since the start. */
  readonly tokensGenerated: number;
  /** Why no request is served any more; null while healthy. */
  readonly unhealthy: string | null;
}

/** Continuous batching over one runner. Nothing runs but by `step`, which its owner calls again and again. */
export interface Scheduler {
  /**
   * Queues `request`; its events follow by `emit`. Throws QueptError: overloaded (the queue is full), shutting_down
   * (draining), engine_unavailable (unhealthy), invalid_request or context_length_exceeded (the request breaks the
   * terms of EngineRequest, or its id is in use). A request that was refused has no events.
   */
  submit(request: EngineRequest): void;
  /** Ends a request with reason `cancelled`; no token of it follows. An unknown or ended id is passed over. */
  cancel(id: string): void;
  /**
   * Runs one step. False: nothing to do until the next `submit`. Never rejects for a fault of the model: a fault
   * that no request can be blamed for fails all of them and leaves the scheduler unhealthy. One call at a time.
   */
  step(): Promise<boolean>;
  snapshot(): SchedulerSnapshot;
  /** Refuses new requests from now on; accepted ones run to their end. */
  drain(): void;
  /** Fails every request, running or waiting, with what may be told of `error`. */
  failAll(error: unknown): void;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  requireLimits(options.limits);
  return new ContinuousScheduler(options);
}

class ContinuousScheduler implements Scheduler {
  readonly #options: SchedulerOptions;
  readonly #roster: Roster;
  readonly #context: StepContext;
  readonly #drawSeed: () => number;
  #tokensGenerated = 0;
  #stepping = false;
  #draining = false;
  #unhealthy: string | null = null;

  constructor(options: SchedulerOptions) {
    const { runner, ladder, limits } = options;
    const onFault = options.onFault ?? (() => {});
    const emit = (event: GenerationEvent): void => {
      if (event.type === 'token') this.#tokensGenerated++;
      options.emit(event);
    };
    this.#options = options;
    this.#drawSeed = options.drawSeed ?? (() => Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));
    const record = new WorkRecord(ladder);
    const onEnd = (sequence: Sequence): void => options.statistics?.ended(sequence, options.clock.now());
    const places = new KvPlaces(runner, options.prefixCache ?? { sharing: 'off' });
    this.#roster = new Roster({
      runner,
      places,
      ladder,
      maxWaiting: limits.maxWaiting,
      record,
      emit,
      onFault,
      onEnd,
    });
    this.#context = {
      ...options,
      cost: options.cost ?? FREE_COST,
      emit,
      onFault,
      roster: this.#roster,
      places,
      record,
      timer: new PassTimer(),
      sampler: new TokenSampler(runner.shape.vocabSize),
    };
  }

  submit(request: EngineRequest): void {
    if (this.#unhealthy !== null) throw new QueptError('engine_unavailable', 'The engine has failed.');
    if (this.#draining) throw new QueptError('shutting_down', 'The server is shutting down.');
    requireAdmissible(request, this.#options.ladder, this.#options.runner.shape);
    if (this.#roster.find(request.id) !== undefined) {
      throw new QueptError('invalid_request', 'A request with this id is in progress.', { param: 'id' });
    }
    if (this.#roster.waiting.full) {
      throw new QueptError('overloaded', 'Too many requests are waiting; try again later.');
    }
    const { clock, textDecoder } = this.#options;
    const matcher = this.#matcherFor(request);
    const account = this.#context.record.enter(request.owner);
    const sequence = new Sequence(request, clock.now(), account, textDecoder, this.#drawSeed(), matcher);
    this.#roster.waiting.push(sequence);
  }

  #matcherFor({ grammar }: EngineRequest): OutputMatcher | null {
    if (grammar === undefined) return null;
    const { constrainer } = this.#options;
    if (constrainer !== undefined) return constrainer.start(grammar);
    throw new QueptError('invalid_request', 'Constrained answers are not served here.', { param: 'grammar' });
  }

  cancel(id: string): void {
    const sequence = this.#roster.find(id);
    if (sequence === undefined) return;
    this.#roster.finish(sequence, 'cancelled');
    this.#settle();
  }

  async step(): Promise<boolean> {
    if (this.#stepping) throw new Error('A step is in progress.');
    if (this.#unhealthy !== null) return false;
    this.#stepping = true;
    try {
      return await runStep(this.#context);
    } catch (fault) {
      this.#condemn('The step loop failed.', fault);
      return true;
    } finally {
      this.#stepping = false;
      this.#settle();
    }
  }

  snapshot(): SchedulerSnapshot {
    const { running, waiting, freeSlots } = this.#roster;
    const { runner } = this.#options;
    let prefillTokensPending = 0;
    let kvTokensUsed = 0;
    const belowCeiling = { priority: 0, default: 0, flex: 0 };
    for (const sequence of waiting) prefillTokensPending += sequence.promptLeft;
    for (const sequence of running.values()) {
      prefillTokensPending += sequence.promptLeft;
      if (sequence.lastRung !== null && sequence.lastRung < sequence.ceiling) {
        belowCeiling[sequence.level.tier]++;
      }
      if (sequence.slot !== null) kvTokensUsed += runner.slotLength(sequence.slot);
    }
    return {
      running: running.size,
      waiting: waiting.size,
      prefillTokensPending,
      freeSlots,
      kvTokensUsed,
      kvTokensCapacity: runner.shape.slots * runner.shape.contextLength,
      belowCeiling,
      kvTokensKept: this.#context.places.keptTokens,
      prefixTokensQueried: this.#context.record.prefixTokensQueried,
      prefixTokensReused: this.#context.record.prefixTokensReused,
      preemptions: this.#context.record.preemptions,
      tokensGenerated: this.#tokensGenerated,
      unhealthy: this.#unhealthy,
    };
  }

  drain(): void {
    this.#draining = true;
  }

  failAll(error: unknown): void {
    const told = toPublicError(error);
    for (const sequence of [...this.#roster.running.values(), ...this.#roster.waiting]) {
      this.#roster.fail(sequence, told);
    }
    this.#settle();
  }

  /** The slots of ended requests go back as soon as no batch is using them. */
  #settle(): void {
    if (this.#stepping) return;
    try {
      this.#roster.releaseVacated();
    } catch (fault) {
      this.#condemn('The runner failed to release a slot.', fault);
    }
  }

  #condemn(reason: string, fault: unknown): void {
    this.#unhealthy = reason;
    this.#context.onFault(fault);
    this.failAll(new QueptError('engine_unavailable', 'The engine failed while it served this request.'));
  }
}

function requireLimits(limits: SchedulerLimits): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new QueptError('invalid_config', `Scheduler limit ${name} must be an integer of at least 1.`);
    }
  }
}
