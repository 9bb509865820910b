import type { FinishedEvent } from '../../core/index.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { precisionJson } from './precision-json.ts';
import type { ReplyMeta } from './reply-meta.ts';
import type { ReplyShape } from './reply-shape.ts';
import { usageJson } from './usage-json.ts';

/**
 * Reads all events of `choices` generations and returns the whole answer.
 *
 * Throws when any of them fails, is cancelled or ends without a terminal event.
 */
export async function collectReply(
  shape: ReplyShape,
  meta: ReplyMeta,
  events: AsyncIterable<IndexedEvent>,
  choices: number,
): Promise<object> {
  const texts: string[] = new Array(choices).fill('');
  const finished: (FinishedEvent | undefined)[] = new Array(choices).fill(undefined);
  for await (const { index, event } of events) {
    const alive = requireAlive(event);
    texts[index] += alive.text;
    if (alive.type === 'finished') finished[index] = alive;
  }
  const ends = requireAllFinished(finished);
  const precision = precisionJson(ends.map((end) => end.precision));
  return {
    ...meta,
    object: shape.object,
    choices: ends.map((end, index) => shape.whole(index, texts[index] ?? '', end.reason)),
    usage: usageJson(
      ends.map((end) => end.usage),
      precision,
    ),
    precision,
  };
}
