import { ChatChoice } from './chat-choice.ts';
import type { ChoiceOptions, ChoiceWriter } from './choice-writer.ts';
import { CompletionChoice } from './completion-choice.ts';

/** Where the answers of two operations differ: the names of objects and the form of a choice. */
export interface ReplyShape {
  readonly object: string;
  readonly chunkObject: string;
  choice(options: ChoiceOptions): ChoiceWriter;
}

export const CHAT_SHAPE: ReplyShape = {
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  choice: (options) => new ChatChoice(options),
};

export const COMPLETION_SHAPE: ReplyShape = {
  object: 'text_completion',
  chunkObject: 'text_completion',
  choice: (options) => new CompletionChoice(options),
};
