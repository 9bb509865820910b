import type { FinishedEvent } from '../../core/index.ts';
import { AnswerReader } from '../tools/answer-reader.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { closedResponse, type ResponseForm } from './response-json.ts';
import { ResponseOutput } from './response-output.ts';

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
  const output = new ResponseOutput(form.meta.id);
  const reader = new AnswerReader(form.calls);
  if (form.calls === null) output.openMessage();
  let finished: FinishedEvent | undefined;
  for await (const { event } of events) {
    const alive = requireAlive(event);
    if (alive.type === 'finished') finished = alive;
    else if (alive.logprobs !== undefined) output.score([alive.logprobs]);
    for (const piece of reader.read(alive)) output.takeScores(output.add(piece).item);
  }
  const [end] = requireAllFinished([finished]);
  output.takeScores(output.last ?? output.openMessage());
  return closedResponse(form, output.items, end as FinishedEvent, now());
}
