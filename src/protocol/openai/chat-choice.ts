import type { PositionLogprobs, ToolCall } from '../../core/index.ts';
import type { AnswerPiece } from '../tools/answer-piece.ts';
import type { ReplyReason } from '../tools/answer-reader.ts';
import { callId } from '../tools/call-id.ts';
import type { Said } from '../tools/said.ts';
import type { ChoiceJson, ChoiceOptions, ChoiceWriter } from './choice-writer.ts';
import { chatLogprobs } from './logprobs-json.ts';

/** A choice of `/v1/chat/completions`. */
export class ChatChoice implements ChoiceWriter {
  readonly #options: ChoiceOptions;

  constructor(options: ChoiceOptions) {
    this.#options = options;
  }

  opening(): ChoiceJson {
    // Where calls may come there may be no content.
    const content = this.#options.calls ? null : '';
    return this.#chunk({ role: 'assistant', content, refusal: null }, null, null);
  }

  delta(piece: AnswerPiece | null, positions: readonly PositionLogprobs[]): ChoiceJson {
    const delta = piece === null ? this.#silence() : this.#pieceJson(piece);
    return this.#chunk(delta, positions.length === 0 ? null : chatLogprobs(positions), null);
  }

  closing(reason: ReplyReason): ChoiceJson {
    return this.#chunk({}, null, reason);
  }

  whole(
    _prompt: readonly PositionLogprobs[],
    { text, calls, positions }: Said,
    reason: ReplyReason,
  ): ChoiceJson {
    const called = calls.length > 0;
    return {
      index: this.#options.index,
      message: {
        role: 'assistant',
        content: called && text === '' ? null : text,
        refusal: null,
        ...(called && { tool_calls: calls.map(callJson) }),
      },
      logprobs: this.#options.logprobs ? chatLogprobs(positions) : null,
      finish_reason: reason,
    };
  }

  /** Where tokens are told of that made nothing certain. */
  #silence(): object {
    return this.#options.calls ? {} : { content: '' };
  }

  #pieceJson(piece: AnswerPiece): object {
    if (piece.type === 'text') return { content: piece.text };
    const { index } = piece;
    if (piece.type === 'arguments') {
      return { tool_calls: [{ index, function: { arguments: piece.text } }] };
    }
    const { answerId, index: choice } = this.#options;
    const call = callJson({ id: callId(answerId, choice, index), name: piece.name, arguments: '' });
    return { tool_calls: [{ index, ...call }] };
  }

  #chunk(delta: object, logprobs: object | null, reason: ReplyReason | null): ChoiceJson {
    return { index: this.#options.index, delta, logprobs, finish_reason: reason };
  }
}

function callJson({ id, name, arguments: args }: ToolCall) {
  return { id, type: 'function', function: { name, arguments: args } };
}
