import { z } from 'zod';
import { sentNames } from '../sent-names.ts';
import { ANSWER_LIMIT, requireAnswer } from './answer-limit.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { expandChoices } from './choices.ts';
import { commonNames, commonRequest } from './common-request.ts';
import { PROMPT_DOCUMENT, parsePrompts } from './completion-prompts.ts';
import { FIELDS_WITHOUT_EFFECT } from './fields-without-effect.ts';
import { echoedLogprobsWish, MAX_TOP_LOGPROBS } from './logprobs-wish.ts';
import type { ParsedRequest, RequestContext } from './parsed-request.ts';
import { formatConstraint, RESPONSE_FORMAT } from './response-format.ts';
import { SHARED_FIELDS, streamingOf } from './shared-fields.ts';
import { UNSUPPORTED_COMPLETION_FIELDS } from './unsupported-fields.ts';
import { validationError } from './validation-error.ts';

/** The specification's default: completions are short unless told otherwise. */
const DEFAULT_MAX_TOKENS = 16;

export const COMPLETION_SCHEMA = z.object({
  ...SHARED_FIELDS,
  max_tokens: ANSWER_LIMIT.describe(
    `Tokens of the answer at most; default ${DEFAULT_MAX_TOKENS}. With \`echo\` 0 leaves it out.`,
  ),
  /** Parsed by `parsePrompts`. */
  prompt: z.unknown().meta(PROMPT_DOCUMENT),
  logprobs: z
    .int()
    .min(0)
    .max(MAX_TOP_LOGPROBS)
    .nullish()
    .describe(
      "Tell the log-probability of each token and so many of the most probable ones (with `echo` at most 5), in the model's own distribution: before penalties, bias, temperature and any cut.",
    ),
  response_format: RESPONSE_FORMAT.nullish().describe('Extension: as in chats.'),
  echo: z
    .boolean()
    .nullish()
    .describe('Repeat the prompt before the answer; with `logprobs`, its tokens too are told of.'),
});

/** How each field of `/v1/completions` is treated. */
export const COMPLETION_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(COMPLETION_SCHEMA.shape)),
  withoutEffect: FIELDS_WITHOUT_EFFECT,
  unsupported: UNSUPPORTED_COMPLETION_FIELDS,
};

/**
 * A body of `/v1/completions` as one request per prompt and choice.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseCompletionRequest(body: object, context: RequestContext): ParsedRequest {
  checkFields(body, COMPLETION_FIELDS);
  const parsed = COMPLETION_SCHEMA.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const fields = parsed.data;
  const echo = fields.echo === true;
  requireAnswer(fields.max_tokens, echo);
  const common = commonRequest(fields, context, {
    maxTokens: fields.max_tokens ?? DEFAULT_MAX_TOKENS,
    logprobs: fields.logprobs == null ? null : echoedLogprobsWish(fields.logprobs, echo, 'logprobs'),
    constraint: formatConstraint(fields.response_format),
  });
  const n = fields.n ?? 1;
  const requests = expandChoices(context.id, parsePrompts(fields.prompt), n, common);
  const names = sentNames(commonNames(fields, context));
  return { requests, n, ...streamingOf(fields), echo, calls: null, names };
}
