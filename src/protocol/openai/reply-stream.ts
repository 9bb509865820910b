import type { FinishedEvent } from '../../core/index.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { precisionJson } from './precision-json.ts';
import type { ReplyMeta } from './reply-meta.ts';
import type { ReplyShape } from './reply-shape.ts';
import { SSE_DONE, sseData } from './sse.ts';
import { usageJson } from './usage-json.ts';

export interface ReplyStreamOptions {
  readonly shape: ReplyShape;
  readonly meta: ReplyMeta;
  readonly choices: number;
  readonly includeUsage: boolean;
}

/**
 * The events of `choices` generations as server-sent events, `[DONE]` included. The first text of a choice is
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
  const { shape, choices } = options;
  const opened = new Set<number>();
  const finished: (FinishedEvent | undefined)[] = new Array(choices).fill(undefined);
  let running = choices;
  for await (const { index, event } of events) {
    const alive = requireAlive(event);
    let text = '';
    if (!opened.has(index)) {
      opened.add(index);
      const opening = shape.opening(index);
      if (opening !== null) text += encodeChunk(options, { choices: [opening] });
    }
    // A token may make no text certain; there is nothing to say then.
    if (alive.text !== '') text += encodeChunk(options, { choices: [shape.delta(index, alive.text)] });
    if (alive.type === 'finished') {
      finished[index] = alive;
      running--;
      text += encodeChunk(options, {
        choices: [shape.closing(index, alive.reason)],
        ...(running === 0 && { precision: precisionOf(finished) }),
      });
    }
    if (text !== '') yield text;
  }
  const ends = requireAllFinished(finished);
  if (options.includeUsage) {
    const precision = precisionOf(ends);
    const usages = ends.map((end) => end.usage);
    yield encodeChunk(options, { choices: [], usage: usageJson(usages, precision), precision });
  }
  yield SSE_DONE;
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
