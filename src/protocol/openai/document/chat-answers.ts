import { z } from 'zod';
import { CHAT_LOGPROB, FINISH_REASON, PRECISION, REPLY_META, USAGE } from './common-answers.ts';

const logprobs = z.object({
  content: z.array(z.object({ ...CHAT_LOGPROB, top_logprobs: z.array(z.object(CHAT_LOGPROB)) })),
  refusal: z.null(),
});

export const CHAT_COMPLETION = z.object({
  ...REPLY_META,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: logprobs.nullable(),
      finish_reason: FINISH_REASON,
    }),
  ),
  usage: USAGE,
  precision: PRECISION,
});

export const CHAT_COMPLETION_CHUNK = z.object({
  ...REPLY_META,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.object({
      index: z.int(),
      delta: z.object({
        role: z.literal('assistant').optional().describe('In the first chunk of a choice.'),
        content: z.string().optional(),
        refusal: z.null().optional(),
      }),
      logprobs: logprobs.nullable(),
      finish_reason: FINISH_REASON.nullable(),
    }),
  ),
  usage: USAGE.nullable().optional().describe('With `include_usage`: null but in the last chunk.'),
  precision: PRECISION.optional().describe(
    'Extension: in the chunk that ends the last choice, and with usage.',
  ),
});
