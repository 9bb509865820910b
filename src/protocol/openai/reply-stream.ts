import type { FinishedEvent, GenerationEvent } from '../../core/index.ts';
import { AnswerReader } from '../tools/answer-reader.ts';
import type { ChoiceJson, ChoiceWriter } from './choice-writer.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { precisionJson } from './precision-json.ts';
import { choiceWriters, type ReplyForm } from './reply-form.ts';
import { SSE_DONE, sseData } from './sse.ts';
import { totalUsage, usageJson } from './usage-json.ts';

export interface ReplyStreamOptions extends ReplyForm {
  readonly includeUsage: boolean;
}

/**
 * The events of an answer's generations as server-sent events, `[DONE]` included. The first text of a choice is
 * preceded by its opening; the last choice to end carries the `precision` of the whole answer; with
 * `includeUsage` a chunk without choices follows, and all others say `usage: null`.
 *
 * Throws when any generation fails, is cancelled or ends without a terminal event: the caller reports that, and
 * nothing that looks like a normal end has been written.
 */
export async function* encodeReplyStream(
  events: AsyncIterable<IndexedEvent>,
  options: ReplyStreamOptions,
): AsyncGenerator<string, void> {
  const { choices } = options;
  const writers = choiceWriters(options);
  const readers = writers.map(() => new AnswerReader(options.calls ?? null));
  const opened = new Set<number>();
  const finished: (FinishedEvent | undefined)[] = new Array(choices).fill(undefined);
  let running = choices;
  for await (const { index, event } of events) {
    const alive = requireAlive(event);
    const ends = { reader: readers[index] as AnswerReader, writer: writers[index] as ChoiceWriter };
    const pieces = piecesOf(alive, ends, !opened.has(index));
    opened.add(index);
    if (alive.type === 'finished') {
      finished[index] = alive;
      running--;
    }
    const last = pieces.length - 1;
    const text = pieces.map((choice, i) =>
      encodeChunk(options, {
        choices: [choice],
        ...(running === 0 && i === last && { precision: precisionOf(finished) }),
      }),
    );
    if (text.length > 0) yield text.join('');
  }
  const ends = requireAllFinished(finished);
  if (options.includeUsage) {
    const precision = precisionOf(ends);
    const usages = ends.map((end) => end.usage);
    const usage = usageJson(totalUsage(usages, options.perPrompt ?? 1), precision);
    yield encodeChunk(options, { choices: [], usage, precision });
  }
  yield SSE_DONE;
}

/** What an event has to say; a token may make nothing certain, and there may be nothing to say then. */
function piecesOf(
  event: Exclude<GenerationEvent, { type: 'failed' }>,
  { reader, writer }: { readonly reader: AnswerReader; readonly writer: ChoiceWriter },
  first: boolean,
): ChoiceJson[] {
  const said: ChoiceJson[] = [];
  const opening = first ? writer.opening(event.promptLogprobs ?? []) : null;
  if (opening !== null) said.push(opening);
  const positions = event.type === 'token' && event.logprobs !== undefined ? [event.logprobs] : [];
  const pieces = reader.read(event);
  if (pieces.length === 0 && positions.length > 0) said.push(writer.delta(null, positions));
  pieces.forEach((piece, i) => {
    said.push(writer.delta(piece, i === 0 ? positions : []));
  });
  if (event.type === 'finished') said.push(writer.closing(reader.reasonOf(event)));
  return said;
}

function encodeChunk(options: ReplyStreamOptions, content: object): string {
  const { meta, shape, includeUsage } = options;
  return sseData({
    ...meta,
    object: shape.chunkObject,
    ...(includeUsage && { usage: null }),
    ...content,
  });
}

function precisionOf(finished: readonly (FinishedEvent | undefined)[]) {
  return precisionJson(finished.flatMap((event) => (event === undefined ? [] : [event.precision])));
}
