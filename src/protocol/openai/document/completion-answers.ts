import { z } from 'zod';
import { FINISH_REASON, PIECE_PRECISION, PRECISION, REPLY_META, USAGE } from './common-answers.ts';

const logprobs = z.object({
  tokens: z.array(z.string()).describe('Part of a character is written as `bytes:\\xe2\\x80`.'),
  token_logprobs: z
    .array(z.number().nullable())
    .describe('Null for the first token of an echoed prompt, which nothing precedes.'),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
  text_offset: z.array(z.int()).describe("Characters (code points) from the beginning of the choice's text."),
});

const choice = { index: z.int(), text: z.string(), logprobs: logprobs.nullable() };
const completion = { ...REPLY_META, object: z.literal('text_completion') };

export const COMPLETION = z.object({
  ...completion,
  choices: z.array(z.object({ ...choice, finish_reason: FINISH_REASON })),
  usage: USAGE,
  precision: PRECISION,
});

export const COMPLETION_CHUNK = z.object({
  ...completion,
  choices: z.array(
    z.object({ ...choice, finish_reason: FINISH_REASON.nullable(), precision: PIECE_PRECISION }),
  ),
  usage: USAGE.nullable().optional().describe('With `include_usage`: null but in the last chunk.'),
  precision: PRECISION.optional().describe(
    'Extension: in the chunk that ends the last choice, and with usage.',
  ),
});
