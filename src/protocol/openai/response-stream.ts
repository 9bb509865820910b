import type { FinishedEvent, QueptError } from '../../core/index.ts';
import type { AnswerPiece } from '../tools/answer-piece.ts';
import { AnswerReader } from '../tools/answer-reader.ts';
import { errorBody } from './error-body.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from './indexed-event.ts';
import { responseLogprobs } from './logprobs-json.ts';
import { closedResponse, openResponse, type ResponseForm } from './response-json.ts';
import { type ItemStatus, itemJson, type OutputItem, ResponseOutput, textPart } from './response-output.ts';
import { sseEvent } from './sse.ts';

const NOTHING_SAID = { text: '', positions: [] };

/** One response as typed server-sent events, numbered from 0. */
export class ResponseStream {
  readonly #form: ResponseForm;
  readonly #now: () => number;
  readonly #output: ResponseOutput;
  #sequence = 0;

  /** @param now seconds since the epoch */
  constructor(form: ResponseForm, now: () => number) {
    this.#form = form;
    this.#now = now;
    this.#output = new ResponseOutput(form.meta.id);
  }

  /**
   * `response.created` to `response.completed` or `response.incomplete`. There is no `[DONE]`.
   *
   * Throws when the generation fails, is cancelled or ends without a terminal event; `failure` follows then.
   */
  async *frames(events: AsyncIterable<IndexedEvent>): AsyncGenerator<string, void> {
    const reader = new AnswerReader(this.#form.calls);
    let finished: FinishedEvent | undefined;
    yield this.#opening();
    for await (const { event } of events) {
      const alive = requireAlive(event);
      if (alive.type === 'finished') finished = alive;
      else if (alive.logprobs !== undefined) this.#output.score([alive.logprobs]);
      const frames = reader.read(alive).map((piece) => this.#piece(piece));
      // Tokens that made nothing certain are told of in a message that is open.
      if (frames.length === 0) frames.push(this.#scores());
      const text = frames.join('');
      if (text !== '') yield text;
    }
    const [end] = requireAllFinished([finished]);
    yield this.#closing(end as FinishedEvent);
  }

  /** The last event of a stream that broke off: an `error` event, and the error object that all streams end with. */
  failure(error: QueptError): string {
    const body = errorBody(error);
    const { code, message, param } = body.error;
    return this.#event('error', { code, message, param, ...body });
  }

  #opening(): string {
    const response = openResponse(this.#form);
    const begin =
      this.#event('response.created', { response }) + this.#event('response.in_progress', { response });
    // Where there can be nothing else, the message begins at once.
    return this.#form.calls === null ? begin + this.#opened(this.#output.openMessage()) : begin;
  }

  #piece(piece: AnswerPiece): string {
    const { closed, opened, item } = this.#output.add(piece);
    const before =
      (closed === null ? '' : this.#closed(closed, 'completed')) +
      (opened === null ? '' : this.#opened(opened));
    if (piece.type === 'call') {
      this.#output.takeScores(item);
      return before;
    }
    return before + this.#delta(item, piece.text);
  }

  #scores(): string {
    const { last } = this.#output;
    if (last?.kind !== 'message' || this.#form.calls !== null) return '';
    const logprobs = responseLogprobs(this.#output.takeScores(last));
    if (logprobs.length === 0) return '';
    return this.#event('response.output_text.delta', { ...this.#place(last), delta: '', logprobs });
  }

  #delta(item: OutputItem, delta: string): string {
    const scores = this.#output.takeScores(item);
    if (item.kind === 'call') {
      const { item_id, output_index } = this.#place(item);
      return this.#event('response.function_call_arguments.delta', { item_id, output_index, delta });
    }
    const logprobs = responseLogprobs(scores);
    return this.#event('response.output_text.delta', { ...this.#place(item), delta, logprobs });
  }

  /** Only the last item can be open. */
  #place(item: OutputItem) {
    return { item_id: item.id, output_index: this.#output.items.indexOf(item), content_index: 0 };
  }

  #opened(item: OutputItem): string {
    const place = this.#place(item);
    const { output_index } = place;
    const added = this.#event('response.output_item.added', {
      output_index,
      item: itemJson(item, 'in_progress'),
    });
    return item.kind === 'call'
      ? added
      : added + this.#event('response.content_part.added', { ...place, part: textPart(NOTHING_SAID) });
  }

  #closed(item: OutputItem, status: ItemStatus): string {
    const { item_id, output_index } = this.#place(item);
    const events = item.kind === 'call' ? [] : this.#messageClosed(item);
    if (item.kind === 'call') {
      const { name, arguments: args } = item;
      const whole = { item_id, output_index, name, arguments: args };
      events.push(this.#event('response.function_call_arguments.done', whole));
    }
    events.push(this.#event('response.output_item.done', { output_index, item: itemJson(item, status) }));
    return events.join('');
  }

  #messageClosed(item: Extract<OutputItem, { kind: 'message' }>): string[] {
    const place = this.#place(item);
    const part = textPart(item);
    const { text } = item;
    return [
      this.#event('response.output_text.done', { ...place, text, logprobs: part.logprobs }),
      this.#event('response.content_part.done', { ...place, part }),
    ];
  }

  #closing(end: FinishedEvent): string {
    const { last } = this.#output;
    const item = last ?? this.#output.openMessage();
    const opened = last === null ? this.#opened(item) : '';
    const complete = end.reason === 'stop';
    this.#output.takeScores(item);
    const closed = this.#closed(item, complete ? 'completed' : 'incomplete');
    const response = closedResponse(this.#form, this.#output.items, end, this.#now());
    return (
      opened + closed + this.#event(complete ? 'response.completed' : 'response.incomplete', { response })
    );
  }

  #event(type: string, content: object): string {
    return sseEvent(type, { type, sequence_number: this.#sequence++, ...content });
  }
}
