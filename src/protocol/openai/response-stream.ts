import type { FinishedEvent, PositionLogprobs, QueptError } from '../../core/index.ts';
import { errorBody } from './error-body.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { responseLogprobs } from './logprobs-json.ts';
import {
  closedResponse,
  messageId,
  openResponse,
  outputMessage,
  type ResponseForm,
  textPart,
} from './response-json.ts';
import { sseEvent } from './sse.ts';

const NOTHING_SAID = { text: '', positions: [] };

/** One response as typed server-sent events, numbered from 0. */
export class ResponseStream {
  readonly #form: ResponseForm;
  readonly #now: () => number;
  readonly #place: { readonly item_id: string; readonly output_index: 0; readonly content_index: 0 };
  #sequence = 0;

  /** @param now seconds since the epoch */
  constructor(form: ResponseForm, now: () => number) {
    this.#form = form;
    this.#now = now;
    this.#place = { item_id: messageId(form.meta.id), output_index: 0, content_index: 0 };
  }

  /**
   * `response.created` to `response.completed` or `response.incomplete`. There is no `[DONE]`.
   *
   * Throws when the generation fails, is cancelled or ends without a terminal event; `failure` follows then.
   */
  async *frames(events: AsyncIterable<IndexedEvent>): AsyncGenerator<string, void> {
    const positions: PositionLogprobs[] = [];
    let text = '';
    let finished: FinishedEvent | undefined;
    yield this.#opening();
    for await (const { event } of events) {
      const alive = requireAlive(event);
      text += alive.text;
      const told = alive.type === 'token' && alive.logprobs !== undefined ? [alive.logprobs] : [];
      positions.push(...told);
      if (alive.text !== '' || told.length > 0) yield this.#delta(alive.text, told);
      if (alive.type === 'finished') finished = alive;
    }
    const [end] = requireAllFinished([finished]);
    yield this.#closing(text, positions, end as FinishedEvent);
  }

  /** The last event of a stream that broke off: an `error` event, and the error object that all streams end with. */
  failure(error: QueptError): string {
    const body = errorBody(error);
    const { code, message, param } = body.error;
    return this.#event('error', { code, message, param, ...body });
  }

  #opening(): string {
    const response = openResponse(this.#form);
    const { output_index } = this.#place;
    const item = outputMessage(this.#form.meta.id, 'in_progress', []);
    return [
      this.#event('response.created', { response }),
      this.#event('response.in_progress', { response }),
      this.#event('response.output_item.added', { output_index, item }),
      this.#event('response.content_part.added', { ...this.#place, part: textPart(NOTHING_SAID) }),
    ].join('');
  }

  #delta(delta: string, positions: readonly PositionLogprobs[]): string {
    const logprobs = responseLogprobs(positions);
    return this.#event('response.output_text.delta', { ...this.#place, delta, logprobs });
  }

  #closing(text: string, positions: readonly PositionLogprobs[], end: FinishedEvent): string {
    const response = closedResponse(this.#form, { text, positions }, end, this.#now());
    const part = textPart({ text, positions });
    const { output_index } = this.#place;
    const [item] = response.output;
    const last = end.reason === 'stop' ? 'response.completed' : 'response.incomplete';
    return [
      this.#event('response.output_text.done', { ...this.#place, text, logprobs: part.logprobs }),
      this.#event('response.content_part.done', { ...this.#place, part }),
      this.#event('response.output_item.done', { output_index, item }),
      this.#event(last, { response }),
    ].join('');
  }

  #event(type: string, content: object): string {
    return sseEvent(type, { type, sequence_number: this.#sequence++, ...content });
  }
}
