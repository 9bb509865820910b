import type { FinishedEvent, FinishReason, TokenEvent } from '../../core/index.ts';
import { type AnswerPiece, addPiece } from './answer-piece.ts';
import { CallParser } from './call-parser.ts';
import type { CallReading } from './call-reading.ts';

/** Why an answer ended, as clients are told. */
export type ReplyReason = Exclude<FinishReason, 'cancelled'> | 'tool_calls';

/** Reads the events of one generation as text and calls; without `CallReading` as text alone. */
export class AnswerReader {
  readonly #parser: CallParser | null;

  constructor(reading: CallReading | null) {
    this.#parser = reading === null ? null : new CallParser(reading);
  }

  /** What became certain with an event. */
  read(event: Pick<TokenEvent | FinishedEvent, 'type' | 'text'>): AnswerPiece[] {
    const { text, type } = event;
    if (this.#parser === null) return text === '' ? [] : [{ type: 'text', text }];
    const pieces = this.#parser.push(text);
    if (type === 'finished') for (const piece of this.#parser.end()) addPiece(pieces, piece);
    return pieces;
  }

  /** Why an answer that has been read to its end did end: with calls, unless it broke off in one. */
  reasonOf(event: FinishedEvent): ReplyReason {
    if (event.reason === 'cancelled') throw new Error('A cancelled generation is no answer.');
    return event.reason === 'stop' && this.#parser?.called === true ? 'tool_calls' : event.reason;
  }
}
