import type { FinishedEvent, PositionLogprobs } from '../../core/index.ts';
import { AnswerReader } from '../tools/answer-reader.ts';
import { SaidSoFar } from '../tools/said.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { precisionJson } from './precision-json.ts';
import { choiceWriters, type ReplyForm } from './reply-form.ts';
import { totalUsage, usageJson } from './usage-json.ts';

/** All that came of one choice. */
interface Collected {
  readonly reader: AnswerReader;
  readonly said: SaidSoFar;
  prompt: readonly PositionLogprobs[];
  finished?: FinishedEvent;
}

/**
 * Reads all events of an answer's generations and returns the whole of it.
 *
 * Throws when any of them fails, is cancelled or ends without a terminal event.
 */
export async function collectReply(form: ReplyForm, events: AsyncIterable<IndexedEvent>): Promise<object> {
  const collected = Array.from({ length: form.choices }, (_, index) => newCollected(form, index));
  for await (const { index, event } of events) {
    const alive = requireAlive(event);
    const choice = collected[index] as Collected;
    for (const piece of choice.reader.read(alive)) choice.said.add(piece);
    choice.prompt = alive.promptLogprobs ?? choice.prompt;
    if (alive.type === 'finished') choice.finished = alive;
    else if (alive.logprobs !== undefined) choice.said.positions.push(alive.logprobs);
  }
  const ends = requireAllFinished(collected.map(({ finished }) => finished));
  const precision = precisionJson(ends.map((end) => end.precision));
  const usages = ends.map((end) => end.usage);
  const writers = choiceWriters(form);
  return {
    ...form.meta,
    object: form.shape.object,
    choices: ends.map((end, index) => {
      const { prompt, said, reader } = collected[index] as Collected;
      return writers[index]?.whole(prompt, said, reader.reasonOf(end));
    }),
    usage: usageJson(totalUsage(usages, form.perPrompt ?? 1), precision),
    precision,
  };
}

function newCollected({ meta, calls }: ReplyForm, index: number): Collected {
  return { reader: new AnswerReader(calls ?? null), said: new SaidSoFar(meta.id, index), prompt: [] };
}
