import type { Ladder, StepBatch, StepOutput } from '../../core/index.ts';
import {
  createDeadlinePolicy,
  createLearnedCost,
  createScheduler,
  createSloPolicy,
  type Scheduler,
} from '../../scheduler/index.ts';
import {
  type CostProfile,
  createProfileCost,
  profileLadder,
  profileSamples,
  SimulatedClock,
  SimulatedRunner,
  serviceLevel,
  simulatedRequest,
} from '../../simulation/index.ts';

/** What a step costs beside the model. */
export interface StepCost {
  /** Real time of the scheduler, its policies, its cost model and of one arrival and one departure, milliseconds. */
  readonly overheadMs: number;
  /** What the passes of the step would take by the profile. */
  readonly modelMs: number;
}

const PROMPT_TOKENS = 200;
/** More than any measurement lets a request generate: whoever decodes goes on to the end. */
const OUTPUT_TOKENS = 1800;
const CHUNK = 128;
/** What eight rows keep at any rung, so that nothing has to be given up and all rows run in every step. */
const EASY_TPOT_MS = 80;
const SILENT = {
  createTextStream: () => ({ push: () => '', flush: () => '' }),
  tokenText: () => '',
  tokenBytes: () => new Uint8Array(),
  endTokenIds: new Set<number>(),
};

/** The real scheduler with `slo` and `deadline`, over a runner whose passes cost nothing but simulated time. */
export class LoadedScheduler {
  readonly #clock = new SimulatedClock();
  readonly #ladder: Ladder;
  readonly #machine: ReturnType<typeof createProfileCost>;
  readonly #runner: UntimedRunner;
  readonly #scheduler: Scheduler;
  readonly #tpotMs: number | null;
  readonly #queue: string[] = [];
  #submitted = 0;
  #tokens = 0;

  /**
   * @param decoding requests that decode; all slots are theirs
   * @param pressed whether their targets are the usual ones, which so many together cannot keep
   */
  private constructor(profile: CostProfile, decoding: number, pressed: boolean) {
    this.#tpotMs = pressed ? null : EASY_TPOT_MS;
    const samples = profileSamples(profile);
    this.#ladder = profileLadder(profile);
    this.#machine = createProfileCost(samples);
    const contextLength = PROMPT_TOKENS + OUTPUT_TOKENS;
    this.#runner = new UntimedRunner({
      ladder: this.#ladder,
      slots: decoding,
      contextLength,
      clock: this.#clock,
      cost: this.#machine,
      noise: 0,
      seed: 1,
    });
    this.#scheduler = createScheduler({
      runner: this.#runner,
      ladder: this.#ladder,
      textDecoder: SILENT,
      clock: this.#clock,
      limits: { prefillChunk: CHUNK, maxBatch: decoding, maxWaiting: Number.MAX_SAFE_INTEGER },
      precisionPolicy: createSloPolicy(),
      batchPolicy: createDeadlinePolicy(),
      cost: createLearnedCost(this.#ladder.length, samples),
      emit: ({ type }) => {
        if (type === 'token') this.#tokens++;
      },
      drawSeed: () => 0,
    });
  }

  /** Brings `decoding` requests to decode, then queues others. */
  static async create(
    profile: CostProfile,
    decoding: number,
    queued: number,
    pressed: boolean,
  ): Promise<LoadedScheduler> {
    const load = new LoadedScheduler(profile, decoding, pressed);
    for (let i = 0; i < decoding; i++) load.#submit();
    load.#queue.length = 0;
    while (load.#scheduler.snapshot().prefillTokensPending > 0) await load.#scheduler.step();
    for (let i = 0; i < queued; i++) load.#submit();
    return load;
  }

  get waiting(): number {
    return this.#scheduler.snapshot().waiting;
  }

  /** Tokens so far. */
  get tokens(): number {
    return this.#tokens;
  }

  /** One step, in which the oldest in the queue goes away and another request comes. */
  async step(): Promise<StepCost> {
    const [modelBefore, passesBefore] = [this.#runner.busyMs, this.#runner.wallMs];
    const startedAt = performance.now();
    const leaving = this.#queue.shift();
    if (leaving !== undefined) this.#scheduler.cancel(leaving);
    this.#submit();
    await this.#scheduler.step();
    const wallMs = performance.now() - startedAt;
    return {
      overheadMs: wallMs - (this.#runner.wallMs - passesBefore),
      modelMs: this.#runner.busyMs - modelBefore,
    };
  }

  #submit(): void {
    const arrival = {
      atMs: 0,
      promptTokens: PROMPT_TOKENS,
      outputTokens: OUTPUT_TOKENS,
      tier: 'default',
    } as const;
    const ceiling = this.#ladder.length - 1;
    const unloaded = { cost: this.#machine, rung: ceiling, prefillChunk: CHUNK };
    const level = serviceLevel('default', PROMPT_TOKENS, unloaded, { ttftMs: null, tpotMs: this.#tpotMs });
    const request = simulatedRequest(arrival, this.#submitted++, { level, ceiling });
    this.#scheduler.submit(request);
    this.#queue.push(request.id);
  }
}

/** Counts the real time that passes of a simulated runner take: the simulation's own, and none of the scheduler's. */
class UntimedRunner extends SimulatedRunner {
  wallMs = 0;

  override async execute(batch: StepBatch): Promise<StepOutput> {
    const startedAt = performance.now();
    const output = await super.execute(batch);
    this.wallMs += performance.now() - startedAt;
    return output;
  }
}
