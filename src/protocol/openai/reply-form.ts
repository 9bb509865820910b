import type { CallReading } from '../tools/call-reading.ts';
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
  /** How calls are looked for; null or left out for none. */
  readonly calls?: CallReading | null;
}

/** A writer for each choice. */
export function choiceWriters(form: ReplyForm): ChoiceWriter[] {
  const { shape, meta, choices, perPrompt = 1, logprobs, echo, calls } = form;
  return Array.from({ length: choices }, (_, index) =>
    shape.choice({
      answerId: meta.id,
      index,
      logprobs: logprobs === true,
      echo: echo?.[Math.floor(index / perPrompt)] ?? null,
      calls: calls != null,
    }),
  );
}
