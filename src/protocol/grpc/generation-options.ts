import { create } from '@bufbuild/protobuf';
import { z } from 'zod';
import type { LogprobsWish, OutputConstraint } from '../../core/index.ts';
import { ANSWER_LIMIT, requireAnswer } from '../openai/answer-limit.ts';
import type { CommonRequest } from '../openai/choices.ts';
import { chatLogprobsWish, echoedLogprobsWish, MAX_TOP_LOGPROBS } from '../openai/logprobs-wish.ts';
import type { ResolvedModel } from '../openai/resolve-model.ts';
import { refuseEndless } from '../openai/response-format.ts';
import { LONGEST_TARGET_MS } from '../openai/service-wish.ts';
import { endOf, SHARED_FIELDS, samplingOf, stopsOf } from '../openai/shared-fields.ts';
import { validationError } from '../openai/validation-error.ts';
import { type SentNames, sentNames } from '../sent-names.ts';
import { type GenerationOptions, GenerationOptionsSchema } from './gen/quept/v1/options_pb.ts';
import { callPrecision, callPrecisionParam } from './precision-wishes.ts';
import type { GrpcRequestContext } from './request-context.ts';
import { callService, callTierParam } from './service-wishes.ts';

const target = z.number().gt(0).max(LONGEST_TARGET_MS).nullish();

/** The same fields as of the HTTP API, under the same limits. */
const optionsSchema = z.object({
  max_tokens: ANSWER_LIMIT,
  stop: SHARED_FIELDS.stop,
  temperature: SHARED_FIELDS.temperature,
  top_p: SHARED_FIELDS.top_p,
  top_k: SHARED_FIELDS.top_k,
  min_p: SHARED_FIELDS.min_p,
  seed: SHARED_FIELDS.seed,
  repetition_penalty: SHARED_FIELDS.repetition_penalty,
  frequency_penalty: SHARED_FIELDS.frequency_penalty,
  presence_penalty: SHARED_FIELDS.presence_penalty,
  logit_bias: SHARED_FIELDS.logit_bias,
  ignore_eos: SHARED_FIELDS.ignore_eos,
  n: SHARED_FIELDS.n,
  logprobs: z.boolean(),
  top_logprobs: z.int().max(MAX_TOP_LOGPROBS),
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

/** What the options of a call come to. */
interface ParsedOptions {
  /** What all choices share. */
  readonly common: CommonRequest;
  /** Choices per prompt. */
  readonly n: number;
  readonly names: SentNames;
}

/**
 * Options and metadata of a call in core's terms. `own` is what else is known of the answer: what it may be, and
 * whether the prompt is repeated in it.
 *
 * Throws QueptError `invalid_request` naming the field, also where options and metadata disagree.
 */
export function parseOptions(
  message: GenerationOptions | undefined,
  model: ResolvedModel,
  { callId, owner, served, metadata, timeoutMs }: GrpcRequestContext,
  own: { readonly constraint: OutputConstraint | null; readonly echo: boolean },
): ParsedOptions {
  const options = message ?? create(GenerationOptionsSchema);
  const body = { options: fieldsOf(options) };
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const fields = parsed.data.options;
  requireAnswer(fields.max_tokens, own.echo);
  refuseEndless(own.constraint, fields.ignore_eos);
  const logprobs = logprobsWish(fields.logprobs, fields.top_logprobs, own.echo);
  const sources = { message: options.precision, metadata: metadata.precision, alias: model.config };
  const common = {
    callId,
    owner,
    model: model.id,
    sampling: samplingOf(fields),
    maxTokens: fields.max_tokens ?? null,
    stop: stopsOf(fields),
    ...endOf(fields),
    precision: callPrecision(sources, served.ladder),
    service: callService(options, metadata, timeoutMs),
    ...(logprobs !== null && { logprobs }),
    ...(own.constraint !== null && { constraint: own.constraint }),
  };
  const names = sentNames({
    precision: callPrecisionParam(sources),
    service_tier: callTierParam(options, metadata),
  });
  return { common, n: fields.n ?? 1, names };
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
    logit_bias: options.logitBias,
    ignore_eos: options.ignoreEos,
    n: options.n,
    logprobs: options.logprobs,
    top_logprobs: options.topLogprobs,
    ttft_ms: options.ttftMs,
    tpot_ms: options.tpotMs,
  };
}

function logprobsWish(logprobs: boolean, top: number, echo: boolean): LogprobsWish | null {
  const wish = chatLogprobsWish(logprobs, top);
  return wish === null ? null : echoedLogprobsWish(wish.top, echo, 'top_logprobs');
}
