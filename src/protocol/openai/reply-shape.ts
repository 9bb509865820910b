import type { FinishReason } from '../../core/index.ts';

type Choice = Readonly<Record<string, unknown>>;

/** Where the answers of two operations differ: the names of objects and the form of a choice. */
export interface ReplyShape {
  readonly object: string;
  readonly chunkObject: string;
  /** A choice of a whole answer. */
  whole(index: number, text: string, reason: FinishReason): Choice;
  /** What a stream says of a choice before its first text; null for nothing. */
  opening(index: number): Choice | null;
  delta(index: number, text: string): Choice;
  /** The end of a choice in a stream. */
  closing(index: number, reason: FinishReason): Choice;
}

export const CHAT_SHAPE: ReplyShape = {
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  whole: (index, text, reason) => ({
    index,
    message: { role: 'assistant', content: text, refusal: null },
    logprobs: null,
    finish_reason: reason,
  }),
  opening: (index) => chatDelta(index, { role: 'assistant', content: '', refusal: null }, null),
  delta: (index, text) => chatDelta(index, { content: text }, null),
  closing: (index, reason) => chatDelta(index, {}, reason),
};

export const COMPLETION_SHAPE: ReplyShape = {
  object: 'text_completion',
  chunkObject: 'text_completion',
  whole: completionChoice,
  opening: () => null,
  delta: (index, text) => completionChoice(index, text, null),
  closing: (index, reason) => completionChoice(index, '', reason),
};

function chatDelta(index: number, delta: object, reason: FinishReason | null): Choice {
  return { index, delta, logprobs: null, finish_reason: reason };
}

function completionChoice(index: number, text: string, reason: FinishReason | null): Choice {
  return { index, text, logprobs: null, finish_reason: reason };
}
