import type { SkillAnswer } from '../../calibration/index.ts';
import {
  type FailedEvent,
  type GenerationEvent,
  type Ladder,
  type ModelRunner,
  QueptError,
  type TextDecoder,
  WITHOUT_TARGETS,
} from '../../core/index.ts';
import { resolveSampling } from '../../gateway/index.ts';
import {
  createCeilingPolicy,
  createScheduler,
  firstComePolicy,
  type Scheduler,
} from '../../scheduler/index.ts';

/** What answering takes of a model. */
export interface AnsweringModel {
  readonly runner: ModelRunner;
  readonly ladder: Ladder;
  readonly textDecoder: TextDecoder;
}

export interface AnswerOptions {
  /** Prompts to answer, each shorter than the context. */
  readonly prompts: readonly Int32Array[];
  /** The config to answer at: an index into the ladder. */
  readonly rung: number;
  /** Tokens of an answer at most; fewer where the context ends before. */
  readonly maxTokens: number;
  readonly onProgress?: (answered: number) => void;
  readonly signal?: AbortSignal;
}

const PREFILL_CHUNK = 256;
const GREEDY = resolveSampling({}, { temperature: 0 });

/**
 * Answers every prompt greedily, as many at a time as the runner has slots: the server's own scheduler, with the next
 * prompt going in whenever an answer has ended.
 *
 * Throws QueptError when the model fails, and the signal's reason when it aborts.
 */
export async function answerPrompts(model: AnsweringModel, options: AnswerOptions): Promise<SkillAnswer[]> {
  const { prompts, rung, maxTokens, onProgress, signal } = options;
  const { contextLength, slots } = model.runner.shape;
  const answers = prompts.map(() => ({ text: '', finished: false }));
  const events: GenerationEvent[] = [];
  let fault: unknown;
  const scheduler = greedyScheduler(model, events, (thrown) => {
    fault = thrown;
  });
  const waiting = prompts.entries();
  const submitNext = () => {
    const { value } = waiting.next();
    if (value === undefined) return;
    const [index, promptTokens] = value;
    const room = contextLength - promptTokens.length;
    const terms = { ...WITHOUT_TARGETS, sampling: GREEDY, stop: [], floor: rung, ceiling: rung };
    scheduler.submit({ id: String(index), promptTokens, maxTokens: Math.min(maxTokens, room), ...terms });
  };
  for (let i = 0; i < slots; i++) submitNext();
  for (let answered = 0; answered < prompts.length; ) {
    signal?.throwIfAborted();
    const busy = await scheduler.step();
    if (!busy && events.length === 0)
      throw new Error('the scheduler has nothing to do before all is answered');
    for (const event of events.splice(0)) {
      if (event.type === 'failed') throw failure(event, fault);
      const answer = answers[Number(event.requestId)];
      if (answer !== undefined) answer.text += event.text;
      if (event.type !== 'finished') continue;
      if (answer !== undefined) answer.finished = event.reason === 'stop';
      answered++;
      onProgress?.(answered);
      submitNext();
    }
  }
  return answers;
}

function greedyScheduler(
  model: AnsweringModel,
  events: GenerationEvent[],
  onFault: (fault: unknown) => void,
): Scheduler {
  const { slots } = model.runner.shape;
  return createScheduler({
    ...model,
    clock: performance,
    limits: { maxWaiting: slots, prefillChunk: PREFILL_CHUNK, maxBatch: slots },
    precisionPolicy: createCeilingPolicy({ promote: false }),
    batchPolicy: firstComePolicy,
    emit: (event) => events.push(event),
    onFault,
  });
}

function failure({ code, message }: FailedEvent, cause: unknown): QueptError {
  return new QueptError(code, message, { cause });
}
