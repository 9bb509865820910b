import { z } from 'zod';
import { SERVICE_TIERS } from '../../../core/index.ts';

// Answers as schemas, for the document and for the tests that hold answers to it.

export const PRECISION = z
  .object({
    average_bits: z.number().describe('Bits per weight, averaged over the tokens.'),
    configs: z.array(z.object({ id: z.string(), average_bits: z.number(), tokens: z.int() })),
    switches: z.int().describe('How often the config changed between two tokens.'),
  })
  .describe('Extension: at which precision the answer was served.');

export const PIECE_PRECISION = z
  .object({ configs: PRECISION.shape.configs })
  .optional()
  .describe(
    'Extension: with `include_precision`, what the tokens since the piece before were served at, in their order.',
  );

export const USAGE = z.object({
  prompt_tokens: z.int().describe('A prompt counts once, however many choices it has.'),
  completion_tokens: z.int().describe('Of all choices.'),
  total_tokens: z.int(),
  prompt_tokens_details: z.object({ cached_tokens: z.int(), audio_tokens: z.literal(0) }),
  completion_tokens_details: z.object({
    reasoning_tokens: z.literal(0),
    audio_tokens: z.literal(0),
    accepted_prediction_tokens: z.literal(0),
    rejected_prediction_tokens: z.literal(0),
  }),
  precision: PRECISION,
});

/** What all answers of chats and completions begin with. */
export const REPLY_META = {
  id: z.string(),
  created: z.int().describe('Seconds since the epoch.'),
  model: z.string(),
  system_fingerprint: z
    .string()
    .describe('Changes with the model artefact, and with the config where the precision is pinned.'),
  service_tier: z.enum(SERVICE_TIERS).describe('The tier that was used.'),
};

export const FINISH_REASON = z.enum(['stop', 'length']);
export const CHAT_FINISH_REASON = z.enum(['stop', 'length', 'tool_calls']);

const bytes = z.array(z.int().min(0).max(255));

export const CHAT_LOGPROB = {
  token: z.string(),
  logprob: z.number(),
  bytes: bytes.nullable().describe('Null for special tokens.'),
};

export const RESPONSE_LOGPROB = {
  token: z.string(),
  logprob: z.number(),
  bytes: bytes.describe('Empty for special tokens.'),
};
