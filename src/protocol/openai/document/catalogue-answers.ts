import { z } from 'zod';
import { SERVICE_TIERS } from '../../../core/index.ts';

export const ERROR = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable().describe('The field or header at fault.'),
    code: z.string().nullable(),
  }),
});

export const MODEL = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  context_length: z.int().describe('Extension.'),
});

export const MODEL_LIST = z.object({ object: z.literal('list'), data: z.array(MODEL) });

const spread = z.object({ min: z.number(), max: z.number(), mean: z.number() });

export const PRECISION_LIST = z.object({
  object: z.literal('list'),
  model: z.string(),
  data: z
    .array(
      z.object({
        id: z.string(),
        object: z.literal('precision_config'),
        average_bits: z.number(),
        planes: spread.describe('Planes summed, over the matrices of the model.'),
        ranks: spread.describe('Ranks of the live cascade, over the matrices of the model.'),
        predicted_kl: z.number().nullable().describe('Nats per token to full precision, if measured.'),
        ms_per_token: z.number().nullable().describe('Of one decode step at batch 1, if measured.'),
      }),
    )
    .describe('The ladder, lowest precision first.'),
});

export const DECISION_LIST = z.object({
  object: z.literal('list'),
  request_id: z.string(),
  data: z.array(
    z.object({
      id: z.string(),
      object: z.literal('request.decisions'),
      service_tier: z.enum(SERVICE_TIERS),
      targets: z
        .object({ ttft_ms: z.number().nullable(), tpot_ms: z.number().nullable() })
        .describe('What the scheduler aims at; null for none.'),
      decisions: z.array(
        z.object({
          action: z.string(),
          admitted: z.boolean(),
          precision: z.string().nullable(),
          from_ms: z.number(),
          until_ms: z.number(),
          steps: z.int(),
          tokens: z.int(),
          reason: z.string().nullable(),
        }),
      ),
      omitted: z.int(),
    }),
  ),
});

export const TOKENS = z.object({
  count: z.int(),
  max_model_len: z.int().describe('Longest sequence of the model, tokens.'),
  tokens: z.array(z.int()),
});

export const TEXT = z.object({ prompt: z.string().describe('Special tokens are left out.') });

export const LIVE = z.object({ status: z.literal('live') });
export const READY = z.object({
  status: z.enum(['ready', 'not_ready']),
  reason: z.string().nullable().optional().describe('Why not.'),
});
