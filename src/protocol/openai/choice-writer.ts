import type { FinishReason, PositionLogprobs } from '../../core/index.ts';

export type ChoiceJson = Readonly<Record<string, unknown>>;

/** A piece of a choice: text that became certain, and what is told of the tokens behind it. */
export interface ChoicePiece {
  readonly text: string;
  readonly positions: readonly PositionLogprobs[];
}

/** Writes one choice of an answer, whole or piece by piece. May count along, so one writer serves one choice. */
export interface ChoiceWriter {
  /** What a stream says before the first piece; null for nothing. */
  opening(prompt: readonly PositionLogprobs[]): ChoiceJson | null;
  delta(piece: ChoicePiece): ChoiceJson;
  /** The end of a choice in a stream. */
  closing(reason: FinishReason): ChoiceJson;
  /** A whole choice. */
  whole(prompt: readonly PositionLogprobs[], piece: ChoicePiece, reason: FinishReason): ChoiceJson;
}

export interface ChoiceOptions {
  readonly index: number;
  /** Whether log-probabilities are told. */
  readonly logprobs: boolean;
  /** Text of the prompt, to be repeated before the answer; null for not. */
  readonly echo: string | null;
}
