import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import { sentNames } from '../sent-names.ts';
import { planTools } from '../tools/tool-plan.ts';
import { messagesSchema, toChatMessages } from './chat-messages.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { expandChoices } from './choices.ts';
import { commonNames, commonRequest } from './common-request.ts';
import { FIELDS_WITHOUT_EFFECT } from './fields-without-effect.ts';
import { chatLogprobsWish, MAX_TOP_LOGPROBS } from './logprobs-wish.ts';
import type { ParsedRequest, RequestContext } from './parsed-request.ts';
import { formatConstraint, RESPONSE_FORMAT } from './response-format.ts';
import { SHARED_FIELDS, streamingOf } from './shared-fields.ts';
import { CHAT_TOOL_FIELDS, chatToolUse } from './tool-fields.ts';
import { REMEDIES, UNSUPPORTED_CHAT_FIELDS } from './unsupported-fields.ts';
import { validationError } from './validation-error.ts';

export const CHAT_SCHEMA = z.object({
  ...SHARED_FIELDS,
  messages: messagesSchema,
  ...CHAT_TOOL_FIELDS,
  max_completion_tokens: z
    .int()
    .min(1)
    .nullish()
    .describe(
      'Tokens of the answer at most; default: what the context leaves. `max_tokens` is its older name.',
    ),
  response_format: RESPONSE_FORMAT.nullish(),
  logprobs: z
    .boolean()
    .nullish()
    .describe(
      "Tell the log-probability of each token, in the model's own distribution: before penalties, bias, temperature and any cut.",
    ),
  top_logprobs: z
    .int()
    .min(0)
    .max(MAX_TOP_LOGPROBS)
    .nullish()
    .describe('Tell so many of the most probable tokens at each position. Only with `logprobs`.'),
});

/** How each field of `/v1/chat/completions` is treated. */
export const CHAT_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(CHAT_SCHEMA.shape)),
  withoutEffect: FIELDS_WITHOUT_EFFECT,
  unsupported: UNSUPPORTED_CHAT_FIELDS,
  remedies: REMEDIES,
};

/**
 * A body of `/v1/chat/completions` as one request per choice.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseChatRequest(body: object, context: RequestContext): ParsedRequest {
  checkFields(body, CHAT_FIELDS);
  const parsed = CHAT_SCHEMA.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const fields = parsed.data;
  const content = formatConstraint(fields.response_format);
  const plan = planTools(chatToolUse(fields), context.served.toolFormat, content);
  const common = commonRequest(fields, context, {
    maxTokens: maxTokensOf(fields.max_tokens, fields.max_completion_tokens),
    logprobs: chatLogprobsWish(fields.logprobs, fields.top_logprobs),
    constraint: plan.constraint,
  });
  const messages = toChatMessages(fields.messages);
  const prompt = { kind: 'messages', messages, ...plan.prompt } as const;
  const n = fields.n ?? 1;
  const requests = expandChoices(context.id, [prompt], n, { ...common, ...plan.request });
  const names = sentNames({
    ...commonNames(fields, context),
    max_tokens: fields.max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens',
  });
  return { requests, n, ...streamingOf(fields), echo: false, calls: plan.reading, names };
}

/** `max_completion_tokens` is the newer name of `max_tokens`: both may be given if they agree. */
function maxTokensOf(older: number | null | undefined, newer: number | null | undefined): number | null {
  if (older != null && newer != null && older !== newer) {
    throw new QueptError(
      'invalid_request',
      "'max_tokens' and 'max_completion_tokens' differ. Give only 'max_completion_tokens'.",
      { param: 'max_tokens' },
    );
  }
  return newer ?? older ?? null;
}
