import type { FinishedEvent, PositionLogprobs } from '../../core/index.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { closedResponse, type ResponseForm } from './response-json.ts';

/**
 * Reads all events of a response's generation and returns the whole of it. `now` in seconds since the epoch.
 *
 * Throws when it fails, is cancelled or ends without a terminal event.
 */
export async function collectResponse(
  form: ResponseForm,
  events: AsyncIterable<IndexedEvent>,
  now: () => number,
): Promise<object> {
  const positions: PositionLogprobs[] = [];
  let text = '';
  let finished: FinishedEvent | undefined;
  for await (const { event } of events) {
    const alive = requireAlive(event);
    text += alive.text;
    if (alive.type === 'finished') finished = alive;
    else if (alive.logprobs !== undefined) positions.push(alive.logprobs);
  }
  const [end] = requireAllFinished([finished]);
  return closedResponse(form, { text, positions }, end as FinishedEvent, now());
}
