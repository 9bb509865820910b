/** Tells values of a field that ask for nothing we cannot do. Null always counts as neutral. */
type IsNeutral = (value: unknown) => boolean;

const only =
  (...values: readonly unknown[]): IsNeutral =>
  (value) =>
    values.includes(value);
const emptyList: IsNeutral = (value) => Array.isArray(value) && value.length === 0;
const emptyMap: IsNeutral = (value) => isRecord(value) && Object.keys(value).length === 0;
const nothing: IsNeutral = () => false;

/** Fields of `/v1/chat/completions` that are refused by name unless neutral. */
export const UNSUPPORTED_CHAT_FIELDS: ReadonlyMap<string, IsNeutral> = new Map([
  ['audio', nothing],
  ['function_call', only('none')],
  ['functions', emptyList],
  ['logit_bias', emptyMap],
  ['logprobs', only(false)],
  ['modalities', isTextOnly],
  ['moderation', nothing],
  ['prediction', nothing],
  ['reasoning_effort', only('none')],
  ['response_format', isTextFormat],
  ['tool_choice', only('none')],
  ['tools', emptyList],
  ['top_logprobs', only(0)],
  ['verbosity', only('medium')],
  ['web_search_options', nothing],
]);

/** Fields of `/v1/completions` that are refused by name unless neutral. */
export const UNSUPPORTED_COMPLETION_FIELDS: ReadonlyMap<string, IsNeutral> = new Map([
  ['best_of', only(1)],
  ['echo', only(false)],
  ['logit_bias', emptyMap],
  ['logprobs', nothing],
  ['suffix', only('')],
]);

/** Fields of an assistant message that are refused by name unless neutral. */
export const UNSUPPORTED_ASSISTANT_FIELDS: ReadonlyMap<string, IsNeutral> = new Map([
  ['annotations', emptyList],
  ['audio', nothing],
  ['function_call', nothing],
  ['refusal', nothing],
  ['tool_calls', emptyList],
]);

function isTextOnly(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => item === 'text');
}

function isTextFormat(value: unknown): boolean {
  return isRecord(value) && value.type === 'text' && Object.keys(value).length === 1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
