import {
  type ChatMessage,
  type Conversation,
  type GenerateRequest,
  type PrecisionRange,
  type Prompt,
  QueptError,
  resolvePrecision,
  type SamplingParams,
  type ServedModel,
  splitModelAlias,
} from '../core/index.ts';

/** The name that always means the served model. */
const DEFAULT_MODEL = 'default';

/**
 * More characters than this per token of context cannot be a prompt that fits: vocabularies hold a few runs of
 * up to 128 equal characters, and nothing longer. It keeps megabytes of text away from the tokenizer.
 */
const MAX_CHARACTERS_PER_TOKEN = 128;

const NEUTRAL_SAMPLING: SamplingParams = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  seed: null,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
};

/**
 * The rungs a request may be served at, from its model name (with an alias or not) and its precision.
 *
 * Throws QueptError `model_not_found` for another model or an unknown alias, `invalid_request` (param
 * `precision`) when no rung fits or alias and precision contradict each other.
 */
export function resolveRange(
  model: ServedModel,
  request: Pick<GenerateRequest, 'model' | 'precision'>,
): PrecisionRange {
  const alias = aliasConfig(model, request.model);
  if (alias === null) return resolvePrecision(model.ladder, request.precision);
  const pinned = resolvePrecision(model.ladder, { kind: 'config', id: alias });
  if (request.precision.kind === 'auto') return pinned;
  const wished = resolvePrecision(model.ladder, request.precision);
  if (pinned.floor < wished.floor || pinned.ceiling > wished.ceiling) {
    throw new QueptError(
      'invalid_request',
      `The model name pins the precision to ${alias}, but 'precision' asks for something else. Leave one of them out.`,
      { param: 'precision' },
    );
  }
  return pinned;
}

/** The config that a model name pins, null for none. */
function aliasConfig(model: ServedModel, wanted: string | null): string | null {
  if (wanted === null || wanted === model.id || wanted === DEFAULT_MODEL) return null;
  const { name, config } = splitModelAlias(wanted);
  const known = name === model.id || name === DEFAULT_MODEL;
  if (known && config !== null && model.ladder.some(({ id }) => id === config)) return config;
  const ids = model.ladder.map(({ id }) => `${model.id}@${id}`).join(', ');
  throw new QueptError(
    'model_not_found',
    `The model '${wanted}' does not exist. This server has ${model.id}, and ${ids} at a fixed precision.`,
    { param: 'model' },
  );
}

/** The request's own values, then the model's, then neutral ones. */
export function resolveSampling(
  modelDefaults: Partial<SamplingParams>,
  wanted: Partial<SamplingParams>,
): SamplingParams {
  return { ...NEUTRAL_SAMPLING, ...modelDefaults, ...wanted };
}

/**
 * Refuses what needs no tokenizer to be refused.
 *
 * Throws QueptError `invalid_request` for token ids outside `0..vocabSize - 1`, and `context_length_exceeded` for
 * more of them than fit and for text that is longer than any prompt that fits.
 */
export function checkPrompt(prompt: Prompt, contextLength: number, vocabSize: number): void {
  if (prompt.kind === 'tokens') {
    // Megabytes of ids are not looked at one by one, nor handed on.
    if (prompt.tokens.length >= contextLength) throw noRoom(contextLength, prompt, prompt.tokens.length);
    requireTokens(prompt.tokens, vocabSize, 'prompt');
    return;
  }
  const characters =
    prompt.kind === 'text'
      ? prompt.text.length
      : prompt.messages.reduce((sum, message) => sum + charactersOf(message), 0) + toolCharacters(prompt);
  if (characters <= contextLength * MAX_CHARACTERS_PER_TOKEN) return;
  throw new QueptError(
    'context_length_exceeded',
    `This model's maximum context length is ${contextLength} tokens, but the prompt has ${characters} characters, which cannot fit. Shorten the prompt.`,
    { param: promptField(prompt) },
  );
}

function charactersOf({ content, toolCalls = [] }: ChatMessage): number {
  return toolCalls.reduce((sum, call) => sum + call.name.length + call.arguments.length, content.length);
}

function toolCharacters({ tools = [] }: Conversation): number {
  return tools.length === 0 ? 0 : JSON.stringify(tools).length;
}

/** Throws QueptError `invalid_request` naming `param` for ids outside `0..vocabSize - 1`. */
export function requireTokens(tokens: readonly number[], vocabSize: number, param: string): void {
  const at = tokens.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (at < 0) return;
  throw new QueptError(
    'invalid_request',
    `Token ${tokens[at]} at position ${at} of '${param}' is not in the vocabulary (0 to ${vocabSize - 1}).`,
    { param },
  );
}

/** Throws QueptError `invalid_request` (param `logit_bias`) for a bias of an id outside the vocabulary. */
export function checkLogitBias(bias: ReadonlyMap<number, number> | undefined, vocabSize: number): void {
  for (const id of bias?.keys() ?? []) {
    if (id < vocabSize) continue;
    throw new QueptError(
      'invalid_request',
      `'logit_bias' names token ${id}, which is not in the vocabulary (0 to ${vocabSize - 1}).`,
      { param: 'logit_bias' },
    );
  }
}

/**
 * Tokens to generate at most: what was asked for, or all that the context leaves.
 *
 * Throws QueptError `invalid_request` for an empty prompt or a limit below 0, `context_length_exceeded` (param
 * names the field to shorten) when prompt and limit do not fit together.
 */
export function resolveMaxTokens(
  contextLength: number,
  prompt: Prompt,
  promptTokens: number,
  wanted: number | null,
): number {
  if (promptTokens === 0) {
    throw new QueptError('invalid_request', 'The prompt is empty: it has no tokens.', {
      param: promptField(prompt),
    });
  }
  if (wanted !== null && !(Number.isInteger(wanted) && wanted >= 0)) {
    throw new QueptError('invalid_request', "'max_tokens' must be a whole number of at least 0.", {
      param: 'max_tokens',
    });
  }
  const room = contextLength - promptTokens;
  if (room < 1) throw noRoom(contextLength, prompt, promptTokens);
  if (wanted !== null && wanted > room) {
    throw new QueptError(
      'context_length_exceeded',
      `This model's maximum context length is ${contextLength} tokens, but the request has ${promptTokens + wanted} (${promptTokens} in the prompt, ${wanted} to generate). Shorten the prompt or lower 'max_tokens' to ${room}.`,
      { param: 'max_tokens' },
    );
  }
  return wanted ?? room;
}

function noRoom(contextLength: number, prompt: Prompt, promptTokens: number): QueptError {
  return new QueptError(
    'context_length_exceeded',
    `This model's maximum context length is ${contextLength} tokens, but the prompt has ${promptTokens}, which leaves no room for an answer. Shorten the prompt.`,
    { param: promptField(prompt) },
  );
}

function promptField(prompt: Prompt): string {
  return prompt.kind === 'messages' ? 'messages' : 'prompt';
}
