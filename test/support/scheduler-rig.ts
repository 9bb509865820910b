import {
  type EngineRequest,
  type FailedEvent,
  type FinishedEvent,
  type GenerationEvent,
  type TextDecoder,
  type TokenEvent,
  WITHOUT_TARGETS,
} from '../../src/core/index.ts';
import {
  createCeilingPolicy,
  createScheduler,
  firstComePolicy,
  type Scheduler,
  type SchedulerOptions,
} from '../../src/scheduler/index.ts';
import { bytePieceDecoder } from './byte-piece-decoder.ts';
import { FakeRunner, type FakeRunnerOptions } from './fake-runner.ts';
import { steppedLadder } from './stepped-ladder.ts';
import { VirtualClock } from './virtual-clock.ts';

export const END_TOKEN = 0;
/** Token 0 ends a sequence; 8 to 11 are the bytes of one emoji. */
export const PIECES: readonly (string | Uint8Array)[] = [
  '',
  'a',
  'b',
  'ab',
  'c',
  'bc',
  ' ',
  'ca',
  Uint8Array.of(0xf0),
  Uint8Array.of(0x9f),
  Uint8Array.of(0x98),
  Uint8Array.of(0x80),
  'é',
];

export interface Outcome {
  readonly tokens: TokenEvent[];
  /** `finished` and `failed` events: there must be one. */
  readonly terminals: (FinishedEvent | FailedEvent)[];
  /** Number of the step in which each token came. */
  readonly tokenSteps: number[];
}

/** A scheduler over a fake runner, with everything it emits sorted by request. */
export class SchedulerRig {
  readonly clock = new VirtualClock();
  readonly runner: FakeRunner;
  readonly scheduler: Scheduler;
  readonly events: GenerationEvent[] = [];
  readonly outcomes = new Map<string, Outcome>();
  readonly faults: unknown[] = [];
  steps = 0;

  constructor(
    runner: Partial<FakeRunnerOptions> = {},
    options: Partial<SchedulerOptions> & { readonly onEvent?: (event: GenerationEvent) => void } = {},
  ) {
    this.runner = new FakeRunner({
      shape: SHAPE,
      ...runner,
    });
    this.scheduler = createScheduler({
      runner: this.runner,
      ladder: steppedLadder(4),
      textDecoder: pieceDecoder(),
      clock: this.clock,
      limits: { maxWaiting: 100, prefillChunk: 4, maxBatch: 8 },
      precisionPolicy: createCeilingPolicy({ promote: false }),
      batchPolicy: firstComePolicy,
      onFault: (fault) => this.faults.push(fault),
      drawSeed: () => 1,
      ...options,
      emit: (event) => {
        this.#record(event);
        options.onEvent?.(event);
      },
    });
  }

  async step(): Promise<boolean> {
    this.steps++;
    this.clock.advance(1);
    return this.scheduler.step();
  }

  async runToEnd(): Promise<void> {
    while (await this.step());
  }

  of(id: string): Outcome {
    const outcome = this.outcomes.get(id);
    return outcome ?? { tokens: [], terminals: [], tokenSteps: [] };
  }

  textOf(id: string): string {
    const { tokens, terminals } = this.of(id);
    const last = terminals[0];
    return tokens.map((token) => token.text).join('') + (last?.type === 'finished' ? last.text : '');
  }

  /** `length`, `stop`, `cancelled`, or `failed:code`; joined when there are several, which is a defect. */
  endOf(id: string): string {
    return this.of(id)
      .terminals.map((event) => (event.type === 'finished' ? event.reason : `failed:${event.code}`))
      .join('+');
  }

  #record(event: GenerationEvent): void {
    this.events.push(event);
    let outcome = this.outcomes.get(event.requestId);
    if (outcome === undefined) {
      outcome = { tokens: [], terminals: [], tokenSteps: [] };
      this.outcomes.set(event.requestId, outcome);
    }
    if (event.type !== 'token') {
      outcome.terminals.push(event);
      return;
    }
    if (outcome.terminals.length > 0)
      throw new Error(`Request ${event.requestId} got a token after its end.`);
    outcome.tokens.push(event);
    outcome.tokenSteps.push(this.steps);
  }
}

export function pieceDecoder(): TextDecoder {
  return bytePieceDecoder(PIECES, new Set([END_TOKEN]));
}

export const SHAPE = { vocabSize: PIECES.length, contextLength: 32, slots: 2 };

/** A runner whose greedy output is `tokens` for every request with a prompt of `promptLength`. */
export function scripted(tokens: number[], promptLength = 3): Partial<FakeRunnerOptions> {
  return { script: (history) => tokens[history.length - promptLength] ?? 1 };
}

/** A greedy request of three prompt tokens at the third rung, changed by `fields`. */
export function engineRequest(id: string, fields: Partial<EngineRequest> = {}): EngineRequest {
  return {
    id,
    promptTokens: Int32Array.of(1, 2, 3),
    maxTokens: 5,
    sampling: {
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      seed: null,
      repetitionPenalty: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
    },
    stop: [],
    floor: 2,
    ceiling: 2,
    ...WITHOUT_TARGETS,
    ...fields,
  };
}
