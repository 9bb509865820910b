import type { PositionLogprobs } from '../../core/index.ts';
import type { AnswerPiece } from '../tools/answer-piece.ts';
import type { ReplyReason } from '../tools/answer-reader.ts';
import type { Said } from '../tools/said.ts';
import type { ChoiceJson, ChoiceOptions, ChoiceWriter } from './choice-writer.ts';
import { CompletionLogprobs } from './logprobs-json.ts';

/** A choice of `/v1/completions`. With `echo` the prompt is its first piece. */
export class CompletionChoice implements ChoiceWriter {
  readonly #options: ChoiceOptions;
  readonly #logprobs = new CompletionLogprobs();

  constructor(options: ChoiceOptions) {
    this.#options = options;
  }

  opening(prompt: readonly PositionLogprobs[]): ChoiceJson | null {
    const { echo } = this.#options;
    return echo === null ? null : this.#delta(echo, prompt);
  }

  delta(piece: AnswerPiece | null, positions: readonly PositionLogprobs[]): ChoiceJson {
    return this.#delta(piece?.type === 'text' ? piece.text : '', positions);
  }

  #delta(text: string, positions: readonly PositionLogprobs[]): ChoiceJson {
    return this.#choice(text, positions.length === 0 ? null : this.#logprobs.next(positions), null);
  }

  closing(reason: ReplyReason): ChoiceJson {
    return this.#choice('', null, reason);
  }

  whole(prompt: readonly PositionLogprobs[], { text, positions }: Said, reason: ReplyReason): ChoiceJson {
    const { echo, logprobs } = this.#options;
    const told = logprobs ? this.#logprobs.next([...prompt, ...positions]) : null;
    return this.#choice((echo ?? '') + text, told, reason);
  }

  #choice(text: string, logprobs: object | null, reason: ReplyReason | null): ChoiceJson {
    return { index: this.#options.index, text, logprobs, finish_reason: reason };
  }
}
