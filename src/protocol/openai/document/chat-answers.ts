import { z } from 'zod';
import {
  CHAT_FINISH_REASON,
  CHAT_LOGPROB,
  PIECE_PRECISION,
  PRECISION,
  REPLY_META,
  USAGE,
} from './common-answers.ts';

const logprobs = z.object({
  content: z.array(z.object({ ...CHAT_LOGPROB, top_logprobs: z.array(z.object(CHAT_LOGPROB)) })),
  refusal: z.null(),
});

const name = z.string();
const call = {
  id: z.string(),
  type: z.literal('function'),
  function: z.object({
    name,
    arguments: z.string().describe('JSON as the model wrote it: check it before use.'),
  }),
};

/** The first piece of a call has its id and name; the others go on with its arguments. */
const callPiece = z.object({
  index: z.int(),
  id: call.id.optional(),
  type: call.type.optional(),
  function: z.object({ name: name.optional(), arguments: z.string() }),
});

export const CHAT_COMPLETION = z.object({
  ...REPLY_META,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable().describe('Null where there are calls and no text.'),
        refusal: z.null(),
        tool_calls: z.array(z.object(call)).optional(),
      }),
      logprobs: logprobs.nullable(),
      finish_reason: CHAT_FINISH_REASON,
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
        content: z.string().nullable().optional(),
        refusal: z.null().optional(),
        tool_calls: z.array(callPiece).optional(),
      }),
      logprobs: logprobs.nullable(),
      finish_reason: CHAT_FINISH_REASON.nullable(),
      precision: PIECE_PRECISION,
    }),
  ),
  usage: USAGE.nullable().optional().describe('With `include_usage`: null but in the last chunk.'),
  precision: PRECISION.optional().describe(
    'Extension: in the chunk that ends the last choice, and with usage.',
  ),
});
