import type { ChoiceWriter } from './choice-writer.ts';
import type { ReplyMeta } from './reply-meta.ts';
import type { ReplyShape } from './reply-shape.ts';

/** What an answer looks like, beside what the model says. */
export interface ReplyForm {
  readonly shape: ReplyShape;
  readonly meta: ReplyMeta;
  /** Choices of all prompts together; those of one prompt follow one another. */
  readonly choices: number;
  /** Choices per prompt; 1 where left out. */
  readonly perPrompt?: number;
  /** Whether log-probabilities are told. */
  readonly logprobs?: boolean;
  /** Texts of the prompts, to be repeated before their answers. */
  readonly echo?: readonly string[] | null;
}

/** A writer for each choice. */
export function choiceWriters({ shape, choices, perPrompt = 1, logprobs, echo }: ReplyForm): ChoiceWriter[] {
  return Array.from({ length: choices }, (_, index) =>
    shape.choice({
      index,
      logprobs: logprobs === true,
      echo: echo?.[Math.floor(index / perPrompt)] ?? null,
    }),
  );
}
