import { z } from 'zod';
import type { LogprobsWish } from '../../core/index.ts';
import { sentNames } from '../sent-names.ts';
import { planTools } from '../tools/tool-plan.ts';
import { boundedRecord } from './bounded-record.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { commonNames, commonRequest } from './common-request.ts';
import { RESPONSE_FIELDS_WITHOUT_EFFECT } from './fields-without-effect.ts';
import { MAX_TOP_LOGPROBS } from './logprobs-wish.ts';
import type { ParsedRequest, RequestContext } from './parsed-request.ts';
import { TEXT_FORMAT, type TextFormat, textConstraint } from './response-format.ts';
import { INPUT_SCHEMA, inputMessages } from './response-input.ts';
import {
  RESPONSE_TOOL_FIELDS,
  type RepeatedTools,
  repeatedTools,
  responseToolUse,
} from './response-tools.ts';
import { RESPONSE_STREAM_FIELDS, SAMPLING_FIELDS, SERVICE_FIELDS, streamingOf } from './shared-fields.ts';
import { UNSUPPORTED_RESPONSE_FIELDS } from './unsupported-fields.ts';
import { validationError } from './validation-error.ts';

const MAX_INCLUDED = 16;
const LOGPROBS = 'message.output_text.logprobs';
/** The second asks for more of what this server's answers never hold. */
const INCLUDED = [LOGPROBS, 'reasoning.encrypted_content'] as const;

export const RESPONSE_SCHEMA = z.object({
  ...SERVICE_FIELDS,
  ...SAMPLING_FIELDS,
  ...RESPONSE_STREAM_FIELDS,
  input: INPUT_SCHEMA.describe("A text, which is a user's message, or messages, calls and their results."),
  instructions: z.string().nullish().describe('A system message before the input.'),
  ...RESPONSE_TOOL_FIELDS,
  max_output_tokens: z
    .int()
    .min(1)
    .nullish()
    .describe('Tokens of the answer at most; default: what the context leaves.'),
  include: z
    .array(z.unknown())
    .max(MAX_INCLUDED)
    .pipe(z.array(z.enum(INCLUDED)))
    .meta({ maxItems: MAX_INCLUDED })
    .nullish()
    .describe(`\`${LOGPROBS}\` tells the log-probability of each token.`),
  top_logprobs: z
    .int()
    .min(0)
    .max(MAX_TOP_LOGPROBS)
    .nullish()
    .describe('Tell so many of the most probable tokens at each position.'),
  text: z
    .strictObject({ format: TEXT_FORMAT.nullish(), verbosity: z.literal('medium').nullish() })
    .nullish()
    .describe('What the answer may be.'),
  metadata: boundedRecord(z.string().max(64), z.string().max(512), 16, 'entries')
    .nullish()
    .describe('Comes back with the answer.'),
});

/** How each field of `/v1/responses` is treated. */
export const RESPONSE_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(RESPONSE_SCHEMA.shape)),
  withoutEffect: RESPONSE_FIELDS_WITHOUT_EFFECT,
  unsupported: UNSUPPORTED_RESPONSE_FIELDS,
};

/** What an answer of `/v1/responses` repeats of its request. */
export interface RepeatedFields extends RepeatedTools {
  readonly instructions: string | null;
  readonly max_output_tokens: number | null;
  readonly temperature: number | null;
  readonly top_p: number | null;
  readonly top_logprobs: number;
  readonly text: { readonly format: TextFormat };
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ParsedResponseRequest extends ParsedRequest {
  readonly repeated: RepeatedFields;
}

/**
 * A body of `/v1/responses` as the request of its only answer.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseResponseRequest(body: object, context: RequestContext): ParsedResponseRequest {
  checkFields(body, RESPONSE_FIELDS);
  const parsed = RESPONSE_SCHEMA.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const fields = parsed.data;
  const use = responseToolUse(fields);
  const plan = planTools(use, context.served.toolFormat, textConstraint(fields.text?.format));
  const common = commonRequest(fields, context, {
    maxTokens: fields.max_output_tokens ?? null,
    logprobs: logprobsWish(fields.include ?? [], fields.top_logprobs ?? 0),
    constraint: plan.constraint,
  });
  const messages = inputMessages(fields.input, fields.instructions ?? null);
  const prompt = { kind: 'messages', messages, ...plan.prompt } as const;
  return {
    requests: [{ ...common, ...plan.request, id: context.id, prompt }],
    n: 1,
    stream: streamingOf(fields).stream,
    includeUsage: true,
    includePrecision: false,
    echo: false,
    calls: plan.reading,
    names: sentNames({
      ...commonNames(fields, context),
      max_tokens: 'max_output_tokens',
      messages: 'input',
    }),
    repeated: {
      ...repeatedTools(use),
      instructions: fields.instructions ?? null,
      max_output_tokens: fields.max_output_tokens ?? null,
      temperature: fields.temperature ?? null,
      top_p: fields.top_p ?? null,
      top_logprobs: fields.top_logprobs ?? 0,
      text: { format: fields.text?.format ?? { type: 'text' } },
      metadata: fields.metadata ?? {},
    },
  };
}

function logprobsWish(include: readonly (typeof INCLUDED)[number][], top: number): LogprobsWish | null {
  return include.includes(LOGPROBS) || top > 0 ? { top, prompt: false } : null;
}
