import type { FinishedEvent, PositionLogprobs, ServiceTier, Usage } from '../../core/index.ts';
import { responseLogprobs } from './logprobs-json.ts';
import { type PrecisionJson, precisionJson } from './precision-json.ts';
import type { ReplyMeta } from './reply-meta.ts';
import type { RepeatedFields } from './response-request.ts';

/** What stays the same through all states of an answer of `/v1/responses`. */
export interface ResponseForm {
  readonly meta: ReplyMeta;
  readonly repeated: RepeatedFields;
}

/** All that was said. */
export interface SaidText {
  readonly text: string;
  readonly positions: readonly PositionLogprobs[];
}

type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** A response that has said nothing yet. */
export function openResponse(form: ResponseForm) {
  return { ...base(form), status: 'in_progress', output: [] };
}

/** A response that has ended by itself; `nowSeconds` since the epoch. */
export function closedResponse(form: ResponseForm, said: SaidText, end: FinishedEvent, nowSeconds: number) {
  const complete = end.reason === 'stop';
  const precision = precisionJson([end.precision]);
  return {
    ...base(form),
    status: complete ? 'completed' : 'incomplete',
    ...(complete && { completed_at: nowSeconds }),
    incomplete_details: complete ? null : { reason: 'max_output_tokens' },
    output: [outputMessage(form.meta.id, complete ? 'completed' : 'incomplete', [textPart(said)])],
    usage: responseUsage(end.usage, precision),
    precision,
  };
}

/** The one item of the output. Its id is the response's, under another prefix. */
export function outputMessage(responseId: string, status: ItemStatus, content: readonly object[]) {
  return { id: messageId(responseId), type: 'message', role: 'assistant', status, content };
}

export function messageId(responseId: string): string {
  return responseId.replace(/^resp_/, 'msg_');
}

export function textPart({ text, positions }: SaidText) {
  return { type: 'output_text', text, annotations: [], logprobs: responseLogprobs(positions) };
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
    parallel_tool_calls: false,
    previous_response_id: null,
    store: false,
    background: false,
    tool_choice: 'none',
    tools: [],
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
