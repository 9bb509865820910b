import type { FinishReason, PositionLogprobs } from '../../core/index.ts';
import type { ChoiceJson, ChoiceOptions, ChoicePiece, ChoiceWriter } from './choice-writer.ts';
import { chatLogprobs } from './logprobs-json.ts';

/** A choice of `/v1/chat/completions`. */
export class ChatChoice implements ChoiceWriter {
  readonly #options: ChoiceOptions;

  constructor(options: ChoiceOptions) {
    this.#options = options;
  }

  opening(): ChoiceJson {
    return this.#chunk({ role: 'assistant', content: '', refusal: null }, null, null);
  }

  delta({ text, positions }: ChoicePiece): ChoiceJson {
    return this.#chunk({ content: text }, positions.length === 0 ? null : chatLogprobs(positions), null);
  }

  closing(reason: FinishReason): ChoiceJson {
    return this.#chunk({}, null, reason);
  }

  whole(
    _prompt: readonly PositionLogprobs[],
    { text, positions }: ChoicePiece,
    reason: FinishReason,
  ): ChoiceJson {
    return {
      index: this.#options.index,
      message: { role: 'assistant', content: text, refusal: null },
      logprobs: this.#options.logprobs ? chatLogprobs(positions) : null,
      finish_reason: reason,
    };
  }

  #chunk(delta: object, logprobs: object | null, reason: FinishReason | null): ChoiceJson {
    return { index: this.#options.index, delta, logprobs, finish_reason: reason };
  }
}
