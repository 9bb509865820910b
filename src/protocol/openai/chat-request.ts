import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import { messagesSchema, toChatMessages } from './chat-messages.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { FIELDS_WITHOUT_EFFECT } from './fields-without-effect.ts';
import type { ParsedRequest, RequestContext } from './parsed-request.ts';
import { parsePrecisionWish } from './precision-wish.ts';
import { resolveModel } from './resolve-model.ts';
import { parseServiceWish } from './service-wish.ts';
import { endOf, SHARED_FIELDS, samplingOf, stopsOf, streamingOf } from './shared-fields.ts';
import { UNSUPPORTED_CHAT_FIELDS } from './unsupported-fields.ts';
import { validationError } from './validation-error.ts';

const schema = z.object({
  ...SHARED_FIELDS,
  messages: messagesSchema,
  max_completion_tokens: z.int().min(1).nullish(),
});

/** How each field of `/v1/chat/completions` is treated. */
export const CHAT_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(schema.shape)),
  withoutEffect: FIELDS_WITHOUT_EFFECT,
  unsupported: UNSUPPORTED_CHAT_FIELDS,
};

/**
 * A body of `/v1/chat/completions` as the request of its only choice.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseChatRequest(body: object, context: RequestContext): ParsedRequest {
  checkFields(body, CHAT_FIELDS);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const fields = parsed.data;
  const model = resolveModel(context.served, fields.model);
  const request = {
    id: context.id,
    callId: context.callId,
    owner: context.owner,
    model: model.id,
    prompt: { kind: 'messages', messages: toChatMessages(fields.messages) } as const,
    sampling: samplingOf(fields),
    maxTokens: maxTokensOf(fields.max_tokens, fields.max_completion_tokens),
    stop: stopsOf(fields),
    ...endOf(fields),
    precision: parsePrecisionWish(
      { body: fields.precision, header: context.precisionHeader, alias: model.config },
      context.served.ladder,
    ),
    service: parseServiceWish(fields.service_tier, context.targetHeaders),
  };
  return { requests: [request], ...streamingOf(fields) };
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
