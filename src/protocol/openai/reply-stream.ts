import type { FinishedEvent, GenerationEvent, Ladder } from '../../core/index.ts';
import { AnswerReader } from '../tools/answer-reader.ts';
import type { ChoiceJson, ChoiceWriter } from './choice-writer.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { precisionJson } from './precision-json.ts';
import { choiceWriters, type ReplyForm } from './reply-form.ts';
import { ServedTokens } from './served-tokens.ts';
import { SSE_DONE, sseData } from './sse.ts';
import { totalUsage, usageJson } from './usage-json.ts';

export interface ReplyStreamOptions extends ReplyForm {
  readonly includeUsage: boolean;
  /** Tells of each piece what its tokens were served at; null or left out for not. */
  readonly pieceLadder?: Ladder | null;
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
  const { choices, pieceLadder = null } = options;
  const ends = choiceWriters(options).map((writer) => ({
    writer,
    reader: new AnswerReader(options.calls ?? null),
    served: pieceLadder === null ? null : new ServedTokens(pieceLadder),
  }));
  const opened = new Set<number>();
  const finished: (FinishedEvent | undefined)[] = new Array(choices).fill(undefined);
  let running = choices;
  for await (const { index, event } of events) {
    const alive = requireAlive(event);
    const pieces = piecesOf(alive, ends[index] as ChoiceEnds, !opened.has(index));
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
  const finals = requireAllFinished(finished);
  if (options.includeUsage) {
    const precision = precisionOf(finals);
    const usages = finals.map((end) => end.usage);
    const usage = usageJson(totalUsage(usages, options.perPrompt ?? 1), precision);
    yield encodeChunk(options, { choices: [], usage, precision });
  }
  yield SSE_DONE;
}

/** What stands between the events of a choice and its pieces. */
interface ChoiceEnds {
  readonly reader: AnswerReader;
  readonly writer: ChoiceWriter;
  /** Null where it is not told. */
  readonly served: ServedTokens | null;
}

/** What an event has to say; a token may make nothing certain, and there may be nothing to say then. */
function piecesOf(
  event: Exclude<GenerationEvent, { type: 'failed' }>,
  { reader, writer, served }: ChoiceEnds,
  first: boolean,
): ChoiceJson[] {
  const opening = first ? writer.opening(event.promptLogprobs ?? []) : null;
  const said: ChoiceJson[] = [];
  const positions = event.type === 'token' && event.logprobs !== undefined ? [event.logprobs] : [];
  const pieces = reader.read(event);
  if (pieces.length === 0 && positions.length > 0) said.push(writer.delta(null, positions));
  pieces.forEach((piece, i) => {
    said.push(writer.delta(piece, i === 0 ? positions : []));
  });
  if (event.type === 'finished') said.push(writer.closing(reader.reasonOf(event)));
  if (event.type === 'token') served?.add(event.rung);
  const precision = said.length > 0 ? served?.take() : null;
  if (precision != null) said[0] = { ...said[0], precision };
  return opening === null ? said : [opening, ...said];
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
