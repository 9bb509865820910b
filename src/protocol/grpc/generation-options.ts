import { z } from 'zod';
import {
  type Ladder,
  type OutputConstraint,
  type PrecisionWish,
  QueptError,
  type SamplingParams,
  type ServiceTier,
  type ServiceWish,
} from '../../core/index.ts';
import {
  agreedWish,
  parsePrecisionWord,
  parseRangeObject,
  type SourcedWish,
} from '../openai/precision-wish.ts';
import {
  LONGEST_TARGET_MS,
  parseServiceWish,
  SERVICE_TIER_WORDS,
  type TierWord,
} from '../openai/service-wish.ts';
import { SHARED_FIELDS, samplingOf } from '../openai/shared-fields.ts';
import { validationError } from '../openai/validation-error.ts';
import type { GenerationOptions } from './gen/quept/v1/options_pb.ts';
import type { PrecisionWish as PrecisionWishMessage } from './gen/quept/v1/precision_pb.ts';
import { outputConstraint } from './output-format.ts';
import type { WishMetadata } from './request-context.ts';
import { tierOf } from './service-tier.ts';

const target = z.number().gt(0).max(LONGEST_TARGET_MS).nullish();

/** The same fields as of the HTTP API, under the same limits. */
const optionsSchema = z.object({
  max_tokens: SHARED_FIELDS.max_tokens,
  stop: SHARED_FIELDS.stop,
  temperature: SHARED_FIELDS.temperature,
  top_p: SHARED_FIELDS.top_p,
  top_k: SHARED_FIELDS.top_k,
  min_p: SHARED_FIELDS.min_p,
  seed: SHARED_FIELDS.seed,
  repetition_penalty: SHARED_FIELDS.repetition_penalty,
  frequency_penalty: SHARED_FIELDS.frequency_penalty,
  presence_penalty: SHARED_FIELDS.presence_penalty,
  ttft_ms: target,
  tpot_ms: target,
});
const schema = z.object({ options: optionsSchema });

/** Fields of `GenerationOptions`, as errors name them without their path. */
export const OPTION_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(optionsSchema.shape),
  'precision',
  'service_tier',
]);

/** What the options of a request come to. */
interface ParsedOptions {
  readonly maxTokens: number | null;
  readonly stop: readonly string[];
  readonly sampling: Partial<SamplingParams>;
  readonly precision: PrecisionWish;
  readonly service: ServiceWish;
  readonly constraint?: OutputConstraint;
}

/**
 * Options and metadata of a request as core's terms.
 *
 * Throws QueptError `invalid_request` naming the field, also where options and metadata disagree.
 */
export function parseOptions(
  options: GenerationOptions | undefined,
  context: {
    readonly metadata: WishMetadata;
    readonly ladder: Ladder;
    readonly alias: string | null;
    readonly timeoutMs: number | null;
  },
): ParsedOptions {
  const { metadata, ladder, alias, timeoutMs } = context;
  const body = { options: options === undefined ? {} : fieldsOf(options) };
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const fields = parsed.data.options;
  const constraint = outputConstraint(options?.outputFormat);
  return {
    maxTokens: fields.max_tokens ?? null,
    stop: options?.stop ?? [],
    sampling: samplingOf(fields),
    precision: agreedWish(precisionWishes(options?.precision, metadata.precision, alias, ladder), ladder),
    service: serviceWish(options, metadata, timeoutMs),
    ...(constraint !== null && { constraint }),
  };
}

/** Names and values as in JSON, so that one schema and its messages serve both transports. */
function fieldsOf(options: GenerationOptions): z.input<typeof optionsSchema> {
  return {
    max_tokens: options.maxTokens,
    stop: options.stop,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    min_p: options.minP,
    // Rounded beyond 2^53, the same way each time, as a number in JSON is.
    seed: options.seed === undefined ? undefined : Number(options.seed),
    repetition_penalty: options.repetitionPenalty,
    frequency_penalty: options.frequencyPenalty,
    presence_penalty: options.presencePenalty,
    ttft_ms: options.ttftMs,
    tpot_ms: options.tpotMs,
  };
}

function precisionWishes(
  message: PrecisionWishMessage | undefined,
  metadata: string | null,
  alias: string | null,
  ladder: Ladder,
): SourcedWish[] {
  const wishes: SourcedWish[] = [];
  const wish = message === undefined ? null : wishOf(message);
  if (wish !== null) wishes.push({ source: "'options.precision'", wish });
  if (metadata !== null) {
    wishes.push({ source: "the 'x-precision' metadata", wish: parsePrecisionWord(metadata, ladder) });
  }
  if (alias !== null) wishes.push({ source: "the '@' of 'model'", wish: { kind: 'config', id: alias } });
  return wishes;
}

/** Null for an empty wish. */
function wishOf({ wish }: PrecisionWishMessage): PrecisionWish | null {
  switch (wish.case) {
    case 'bits':
      return { kind: 'bits', bits: wish.value };
    case 'configId':
      return { kind: 'config', id: wish.value };
    case 'range':
      return parseRangeObject({ min_bits: wish.value.minBits, max_bits: wish.value.maxBits });
    case undefined:
      return null;
    default:
      return wish satisfies never;
  }
}

function serviceWish(
  options: GenerationOptions | undefined,
  metadata: WishMetadata,
  timeoutMs: number | null,
): ServiceWish {
  const { ttftMs, tpotMs } = metadata;
  const told = parseServiceWish(tierWord(metadata.serviceTier), { ttftMs, tpotMs });
  const tier: ServiceTier | null = options === undefined ? null : tierOf(options.serviceTier);
  return {
    tier: agreed('service_tier', tier, 'x-service-tier', told.tier),
    ttftMs: agreed('ttft_ms', options?.ttftMs ?? null, 'x-slo-ttft-ms', told.ttftMs),
    tpotMs: agreed('tpot_ms', options?.tpotMs ?? null, 'x-slo-tpot-ms', told.tpotMs),
    timeoutMs,
  };
}

function tierWord(text: string | null): TierWord | null {
  const word = SERVICE_TIER_WORDS.find((known) => known === text);
  if (text === null || word !== undefined) return word ?? null;
  const words = SERVICE_TIER_WORDS.map((known) => `'${known}'`).join(', ');
  throw new QueptError('invalid_request', `The metadata 'x-service-tier' must be one of ${words}.`, {
    param: 'x-service-tier',
  });
}

function agreed<T>(field: string, value: T | null, metadata: string, told: T | null): T | null {
  if (value !== null && told !== null && value !== told) {
    throw new QueptError(
      'invalid_request',
      `'options.${field}' and the metadata '${metadata}' differ. Give only one.`,
      { param: `options.${field}` },
    );
  }
  return value ?? told;
}
