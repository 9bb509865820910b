import { z } from 'zod';
import { QueptError, type SamplingParams } from '../../core/index.ts';
import { SERVICE_TIER_WORDS } from './service-wish.ts';

const MAX_STOPS = 16;
const INT64 = 2 ** 63;

const number = (min: number, max: number) => z.number().min(min).max(max).nullish();
const stopString = z.string().min(1);

/** Fields that both operations honour. */
export const SHARED_FIELDS = {
  model: z.string().min(1),
  max_tokens: z.int().min(1).nullish(),
  temperature: number(0, 2),
  top_p: number(0, 1),
  /** -1 is how some clients write "all". */
  top_k: z.int().min(-1).nullish(),
  min_p: number(0, 1),
  /** A 64-bit integer; what JSON rounds is rounded the same way each time. */
  seed: z.number().min(-INT64).max(INT64).refine(Number.isInteger, 'must be an integer.').nullish(),
  repetition_penalty: z.number().gt(0).max(100).nullish(),
  frequency_penalty: number(-2, 2),
  presence_penalty: number(-2, 2),
  stop: z.union([stopString, z.array(z.unknown()).max(MAX_STOPS).pipe(z.array(stopString))]).nullish(),
  /** An extension that other servers have as well: load generators ask for answers of a certain length with it. */
  ignore_eos: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().nullish(),
      include_obfuscation: z
        .literal(false, { error: 'is not supported by this server. Leave it out.' })
        .nullish(),
    })
    .nullish(),
  n: z.literal(1, { error: 'must be 1: several answers to one prompt are not supported.' }).nullish(),
  service_tier: z.enum(SERVICE_TIER_WORDS).nullish(),
  /** Parsed by `parsePrecisionWish`, whose words depend on the ladder. */
  precision: z.unknown().optional(),
};

type SharedFields = z.infer<z.ZodObject<typeof SHARED_FIELDS>>;

/** What the body says of sampling; unset and null fields are left out. */
export function samplingOf(body: SharedFields): Partial<SamplingParams> {
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
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value != null));
}

export function stopsOf(body: SharedFields): readonly string[] {
  if (body.stop == null) return [];
  return typeof body.stop === 'string' ? [body.stop] : body.stop;
}

/** Nothing where the answer may end by itself. */
export function endOf(body: SharedFields): { readonly ignoreEnd?: true } {
  return body.ignore_eos === true ? { ignoreEnd: true } : {};
}

/** Throws QueptError `invalid_request` for stream options of an answer that is not streamed. */
export function streamingOf(body: SharedFields): { stream: boolean; includeUsage: boolean } {
  const stream = body.stream === true;
  if (body.stream_options != null && !stream) {
    throw new QueptError('invalid_request', "'stream_options' is only allowed when 'stream' is true.", {
      param: 'stream_options',
    });
  }
  return { stream, includeUsage: body.stream_options?.include_usage === true };
}
