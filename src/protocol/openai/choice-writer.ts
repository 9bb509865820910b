import type { PositionLogprobs } from '../../core/index.ts';
import type { AnswerPiece } from '../tools/answer-piece.ts';
import type { ReplyReason } from '../tools/answer-reader.ts';
import type { Said } from '../tools/said.ts';

export type ChoiceJson = Readonly<Record<string, unknown>>;

/** Writes one choice of an answer, whole or piece by piece. May count along, so one writer serves one choice. */
export interface ChoiceWriter {
  /** What a stream says before the first piece; null for nothing. */
  opening(prompt: readonly PositionLogprobs[]): ChoiceJson | null;
  /** A piece that became certain, and what is told of the tokens behind it; null where only the latter is. */
  delta(piece: AnswerPiece | null, positions: readonly PositionLogprobs[]): ChoiceJson;
  /** The end of a choice in a stream. */
  closing(reason: ReplyReason): ChoiceJson;
  /** A whole choice. */
  whole(prompt: readonly PositionLogprobs[], said: Said, reason: ReplyReason): ChoiceJson;
}

export interface ChoiceOptions {
  readonly answerId: string;
  readonly index: number;
  /** Whether log-probabilities are told. */
  readonly logprobs: boolean;
  /** Text of the prompt, to be repeated before the answer; null for not. */
  readonly echo: string | null;
  /** Whether there may be calls. */
  readonly calls: boolean;
}
