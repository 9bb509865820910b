import { z } from 'zod';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { parsePrompts } from './completion-prompts.ts';
import { FIELDS_WITHOUT_EFFECT } from './fields-without-effect.ts';
import type { ParsedRequest, RequestContext } from './parsed-request.ts';
import { parsePrecisionWish } from './precision-wish.ts';
import { resolveModel } from './resolve-model.ts';
import { parseServiceWish } from './service-wish.ts';
import { endOf, SHARED_FIELDS, samplingOf, stopsOf, streamingOf } from './shared-fields.ts';
import { UNSUPPORTED_COMPLETION_FIELDS } from './unsupported-fields.ts';
import { validationError } from './validation-error.ts';

/** The specification's default: completions are short unless told otherwise. */
const DEFAULT_MAX_TOKENS = 16;

const schema = z.object({ ...SHARED_FIELDS, prompt: z.unknown().optional() });

/** How each field of `/v1/completions` is treated. */
export const COMPLETION_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(schema.shape)),
  withoutEffect: FIELDS_WITHOUT_EFFECT,
  unsupported: UNSUPPORTED_COMPLETION_FIELDS,
};

/**
 * A body of `/v1/completions` as one request per prompt. Ids of a batch are `{id}-{index}`.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseCompletionRequest(body: object, context: RequestContext): ParsedRequest {
  checkFields(body, COMPLETION_FIELDS);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const fields = parsed.data;
  const model = resolveModel(context.served, fields.model);
  const prompts = parsePrompts(fields.prompt);
  const common = {
    callId: context.callId,
    owner: context.owner,
    model: model.id,
    sampling: samplingOf(fields),
    maxTokens: fields.max_tokens ?? DEFAULT_MAX_TOKENS,
    stop: stopsOf(fields),
    ...endOf(fields),
    precision: parsePrecisionWish(
      { body: fields.precision, header: context.precisionHeader, alias: model.config },
      context.served.ladder,
    ),
    service: parseServiceWish(fields.service_tier, context.targetHeaders),
  };
  const requests = prompts.map((prompt, index) => ({
    ...common,
    id: prompts.length === 1 ? context.id : `${context.id}-${index}`,
    prompt,
  }));
  return { requests, ...streamingOf(fields) };
}
