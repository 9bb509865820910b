import type { FinishedEvent, ServiceTier, Usage } from '../../core/index.ts';
import type { CallReading } from '../tools/call-reading.ts';
import { type PrecisionJson, precisionJson } from './precision-json.ts';
import type { ReplyMeta } from './reply-meta.ts';
import { itemJson, type OutputItem } from './response-output.ts';
import type { RepeatedFields } from './response-request.ts';

/** What stays the same through all states of an answer of `/v1/responses`. */
export interface ResponseForm {
  readonly meta: ReplyMeta;
  readonly repeated: RepeatedFields;
  /** How calls are looked for; null for none. */
  readonly calls: CallReading | null;
}

/** A response that has said nothing yet. */
export function openResponse(form: ResponseForm) {
  return { ...base(form), status: 'in_progress', output: [] };
}

/** A response that has ended by itself; `nowSeconds` since the epoch. */
export function closedResponse(
  form: ResponseForm,
  items: readonly OutputItem[],
  end: FinishedEvent,
  nowSeconds: number,
) {
  const complete = end.reason === 'stop';
  const precision = precisionJson([end.precision]);
  const last = items.length - 1;
  return {
    ...base(form),
    status: complete ? 'completed' : 'incomplete',
    ...(complete && { completed_at: nowSeconds }),
    incomplete_details: complete ? null : { reason: 'max_output_tokens' },
    output: items.map((item, i) => itemJson(item, complete || i < last ? 'completed' : 'incomplete')),
    usage: responseUsage(end.usage, precision),
    precision,
  };
}

function base({ meta, repeated }: ResponseForm) {
  return {
    id: meta.id,
    object: 'response',
    created_at: meta.created,
    error: null,
    incomplete_details: null as object | null,
    model: meta.model,
    system_fingerprint: meta.system_fingerprint,
    service_tier: meta.service_tier satisfies ServiceTier,
    ...repeated,
    previous_response_id: null,
    store: false,
    background: false,
    truncation: 'disabled',
  };
}

function responseUsage({ promptTokens, completionTokens, cachedTokens }: Usage, precision: PrecisionJson) {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: promptTokens + completionTokens,
    precision,
  };
}
