import { z } from 'zod';
import { QueptError, type SamplingParams } from '../../core/index.ts';
import { MAX_CHOICES } from './choices.ts';
import { logitBiasOf, logitBiasSchema } from './logit-bias.ts';
import { PRECISION_DOCUMENT } from './precision-wish.ts';
import { SERVICE_TIER_WORDS } from './service-wish.ts';

const MAX_STOPS = 16;
const INT64 = 2 ** 63;

const number = (min: number, max: number) => z.number().min(min).max(max).nullish();
const stopString = z.string().min(1);

/** How tokens are drawn and where an answer ends: the fields that all operations honour. */
export const SAMPLING_FIELDS = {
  temperature: number(0, 2).describe(
    "0 always takes the most probable token. Default: the model's own, else 1.",
  ),
  top_p: number(0, 1).describe('Draws among the most probable tokens that together have this share.'),
  top_k: z
    .int()
    .min(-1)
    .nullish()
    .describe('Extension. Draws among so many of the most probable tokens; 0 and -1 mean all.'),
  min_p: number(0, 1).describe('Extension. Leaves out tokens below this share of the largest probability.'),
  seed: z
    .number()
    .min(-INT64)
    .max(INT64)
    .refine(Number.isInteger, 'must be an integer.')
    .meta({ type: 'integer' })
    .nullish()
    .describe(
      'Same seed, prompt, fields and precision: same answer, while `system_fingerprint` stays the same. A 64-bit integer; what JSON rounds is rounded the same way each time. Choice k draws as `seed + k` alone would.',
    ),
  repetition_penalty: z
    .number()
    // Divided by less, logits might no longer be finite.
    .min(0.01)
    .max(100)
    .nullish()
    .describe('Extension. Divides the positive logits of tokens that occurred; 1 is off.'),
  frequency_penalty: number(-2, 2).describe("Subtracted from a token's logit per occurrence in the answer."),
  presence_penalty: number(-2, 2).describe("Subtracted from a token's logit once it occurred in the answer."),
  stop: z
    .union([
      stopString,
      z.array(z.unknown()).max(MAX_STOPS).pipe(z.array(stopString)).meta({ maxItems: MAX_STOPS }),
    ])
    .nullish()
    .describe('Strings that end the answer; they are not part of it.'),
  ignore_eos: z
    .boolean()
    .nullish()
    .describe('Extension. The answer goes on behind its end, to `max_tokens`: for load generators.'),
};

/** Fields that say who answers, in which tier, and at which precision. */
export const SERVICE_FIELDS = {
  model: z
    .string()
    .min(1)
    .describe('The served model, or `default`. `name@config` pins a precision config (extension).'),
  service_tier: z
    .enum(SERVICE_TIER_WORDS)
    .nullish()
    .describe('`scale` is served as `default` and `fast` as `priority`; the answer says which it was.'),
  /** Parsed by `parsePrecisionWish`, whose words depend on the ladder. */
  precision: z.unknown().optional().meta(PRECISION_DOCUMENT),
};

const obfuscation = z
  .literal(false, { error: 'is not supported by this server. Leave it out.' })
  .nullish()
  .describe('Streams are not padded.');

/** Fields that chats and completions have in common. */
export const SHARED_FIELDS = {
  ...SERVICE_FIELDS,
  ...SAMPLING_FIELDS,
  max_tokens: z.int().min(1).nullish().describe('Tokens of the answer at most.'),
  logit_bias: logitBiasSchema
    .nullish()
    .describe('Added to the logits of tokens, by id; after penalties, before temperature.'),
  n: z
    .int()
    .min(1)
    .max(MAX_CHOICES)
    .nullish()
    .describe(`Choices per prompt; at most ${MAX_CHOICES} for all prompts together.`),
  stream: z.boolean().nullish().describe('Answer as server-sent events.'),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().nullish().describe('One more chunk at the end, with `usage`.'),
      include_precision: z
        .boolean()
        .nullish()
        .describe('Extension: each piece tells what its tokens were served at.'),
      include_obfuscation: obfuscation,
    })
    .nullish()
    .describe('Only with `stream`.'),
};

/** The same of `/v1/responses`, whose streams always end with usage. */
export const RESPONSE_STREAM_FIELDS = {
  stream: SHARED_FIELDS.stream,
  stream_options: z
    .strictObject({ include_obfuscation: obfuscation })
    .nullish()
    .describe('Only with `stream`.'),
};

type SamplingFields = Pick<
  z.infer<z.ZodObject<typeof SHARED_FIELDS>>,
  | 'temperature'
  | 'top_p'
  | 'top_k'
  | 'min_p'
  | 'seed'
  | 'repetition_penalty'
  | 'frequency_penalty'
  | 'presence_penalty'
  | 'logit_bias'
>;

/** What the body says of sampling; unset and null fields are left out. */
export function samplingOf(body: SamplingFields): Partial<SamplingParams> {
  const wanted = {
    temperature: body.temperature,
    topK: body.top_k === -1 ? 0 : body.top_k,
    // The smallest set that reaches 0 is the top token alone, as is that for any tiny positive share.
    topP: body.top_p === 0 ? Number.EPSILON : body.top_p,
    minP: body.min_p,
    seed: body.seed,
    repetitionPenalty: body.repetition_penalty,
    frequencyPenalty: body.frequency_penalty,
    presencePenalty: body.presence_penalty,
    logitBias: logitBiasOf(body.logit_bias ?? {}),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value != null));
}

export function stopsOf(body: { readonly stop?: string | string[] | null | undefined }): readonly string[] {
  if (body.stop == null) return [];
  return typeof body.stop === 'string' ? [body.stop] : body.stop;
}

/** Nothing where the answer may end by itself. */
export function endOf(body: { readonly ignore_eos?: boolean | null | undefined }): {
  readonly ignoreEnd?: true;
} {
  return body.ignore_eos === true ? { ignoreEnd: true } : {};
}

interface StreamFields {
  readonly stream?: boolean | null | undefined;
  readonly stream_options?: object | null | undefined;
}

/** Throws QueptError `invalid_request` for stream options of an answer that is not streamed. */
export function streamingOf(body: StreamFields): {
  stream: boolean;
  includeUsage: boolean;
  includePrecision: boolean;
} {
  const stream = body.stream === true;
  const options = body.stream_options;
  if (options != null && !stream) {
    throw new QueptError('invalid_request', "'stream_options' is only allowed when 'stream' is true.", {
      param: 'stream_options',
    });
  }
  return {
    stream,
    includeUsage: options != null && 'include_usage' in options && options.include_usage === true,
    includePrecision: options != null && 'include_precision' in options && options.include_precision === true,
  };
}
