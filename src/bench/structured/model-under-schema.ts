import {
  type FinishedEvent,
  type GenerationEvent,
  type OutputGrammar,
  QueptError,
  WITHOUT_TARGETS,
} from '../../core/index.ts';
import {
  artefactEmbedding,
  artefactWeights,
  loadTokenizer,
  openRunner,
  type Tokenizer,
} from '../../engine/index.ts';
import { GrammarConstrainer } from '../../grammar/index.ts';
import { type Artefact, openArtefact } from '../../quant/index.ts';
import {
  createCeilingPolicy,
  createScheduler,
  firstComePolicy,
  type Scheduler,
} from '../../scheduler/index.ts';

/** One answer to make. */
export interface WantedAnswer {
  readonly question: string;
  /** Null for any text. */
  readonly grammar: OutputGrammar | null;
  readonly rung: number;
  readonly maxTokens: number;
  readonly seed: number;
  /** Goes on to `maxTokens`, whatever the model says; only without a grammar. */
  readonly endless?: boolean;
}

export interface MadeAnswer {
  readonly text: string;
  readonly finished: FinishedEvent;
}

/** An artefact in this process, answering in batches under grammars. */
export class ModelUnderSchema {
  readonly artefact: Artefact;
  readonly tokenizer: Tokenizer;
  readonly constrainer: GrammarConstrainer;
  readonly #scheduler: Scheduler;
  readonly #events: GenerationEvent[] = [];
  readonly #close: () => Promise<void>;
  #count = 0;

  private constructor(
    artefact: Artefact,
    tokenizer: Tokenizer,
    runner: Awaited<ReturnType<typeof openRunner>>,
    slots: number,
  ) {
    this.artefact = artefact;
    this.tokenizer = tokenizer;
    this.constrainer = new GrammarConstrainer({
      size: runner.shape.vocabSize,
      tokenBytes: (id) => tokenizer.tokenBytes(id),
      specialName: (id) => tokenizer.specialName(id),
      endTokenIds: tokenizer.endTokenIds,
    });
    this.#scheduler = createScheduler({
      runner,
      ladder: artefact.manifest.ladder,
      textDecoder: tokenizer,
      clock: performance,
      constrainer: this.constrainer,
      limits: { maxWaiting: 10_000, prefillChunk: 256, maxBatch: slots },
      precisionPolicy: createCeilingPolicy({ promote: false }),
      batchPolicy: firstComePolicy,
      emit: (event) => this.#events.push(event),
    });
    this.#close = async () => {
      await runner.close();
      await artefact.close();
    };
  }

  static async open(directory: string, slots: number, threads: number): Promise<ModelUnderSchema> {
    const artefact = await openArtefact(directory, { verify: true });
    const tokenizer = await loadTokenizer(directory, 'invalid_artefact');
    const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
      slots,
      threads,
    });
    return new ModelUnderSchema(artefact, tokenizer, runner, slots);
  }

  /** All answers, in the order of `wanted`. `onStep` is told how many tokens each step brought. */
  async answer(
    wanted: readonly WantedAnswer[],
    onStep: (tokens: number) => void = () => {},
  ): Promise<MadeAnswer[]> {
    const places = new Map(wanted.map((answer, i) => [this.#submit(answer), i]));
    const texts = wanted.map(() => '');
    const made: MadeAnswer[] = [];
    while (places.size > 0) {
      await this.#scheduler.step();
      const events = this.#events.splice(0);
      onStep(events.filter(({ type }) => type === 'token').length);
      for (const event of events) {
        if (event.type === 'failed') throw new QueptError(event.code, event.message);
        const place = places.get(event.requestId) as number;
        texts[place] += event.text;
        if (event.type !== 'finished') continue;
        made[place] = { text: texts[place] ?? '', finished: event };
        places.delete(event.requestId);
      }
    }
    return made;
  }

  close(): Promise<void> {
    return this.#close();
  }

  #submit({ question, grammar, rung, maxTokens, seed, endless = false }: WantedAnswer): string {
    const id = String(this.#count++);
    const content = [{ role: 'user', content: question } as const];
    const { sampling } = this.artefact.manifest.generation;
    this.#scheduler.submit({
      id,
      promptTokens: this.tokenizer.encodeChat(content, { addGenerationPrompt: true }),
      maxTokens,
      sampling: {
        temperature: 1,
        topK: 0,
        topP: 1,
        minP: 0,
        repetitionPenalty: 1,
        frequencyPenalty: 0,
        presencePenalty: 0,
        ...sampling,
        seed,
      },
      stop: [],
      ignoreEnd: endless,
      floor: rung,
      ceiling: rung,
      ...WITHOUT_TARGETS,
      ...(grammar !== null && { grammar }),
    });
    return id;
  }
}
