import { z } from 'zod';
import type { FunctionTool, ServedModel, TokenizeRequest } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';
import { messagesSchema, toChatMessages } from './chat-messages.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { resolveModel } from './resolve-model.ts';
import { CHAT_TOOL_FIELDS, chatToolUse } from './tool-fields.ts';
import { validationError } from './validation-error.ts';

const model = z.string().min(1).nullish().describe('The served model, which is the default.');

export const TOKENIZE_SCHEMA = z.object({
  model,
  prompt: z.string().nullish().describe('A text. Either this or `messages`.'),
  messages: messagesSchema.nullish().describe('A conversation, as for `/v1/chat/completions`.'),
  tools: CHAT_TOOL_FIELDS.tools.describe('Of messages: functions that could be called.'),
  add_special_tokens: z
    .boolean()
    .nullish()
    .describe('Of a text: add the tokens that the model wants around one. Default true.'),
  add_generation_prompt: z
    .boolean()
    .nullish()
    .describe("Of messages: end with the beginning of the assistant's next one. Default true."),
});

export const DETOKENIZE_SCHEMA = z.object({
  model,
  tokens: z.unknown().meta({
    description: 'Token ids.',
    type: 'array',
    items: { type: 'integer', minimum: 0 },
  }),
});

const policy = (schema: z.ZodObject): FieldPolicy => ({
  honoured: new Set(Object.keys(schema.shape)),
  withoutEffect: new Set(),
  unsupported: new Map(),
});

/** How each field of `/tokenize` and `/detokenize` is treated. */
export const TOKENIZE_FIELDS = policy(TOKENIZE_SCHEMA);
export const DETOKENIZE_FIELDS = policy(DETOKENIZE_SCHEMA);

/** A body of `/tokenize`. Throws QueptError `invalid_request` or `model_not_found`, naming the field. */
export function parseTokenizeRequest(body: object, served: ServedModel): TokenizeRequest {
  checkFields(body, TOKENIZE_FIELDS);
  const parsed = TOKENIZE_SCHEMA.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const { prompt, messages, tools, add_special_tokens, add_generation_prompt } = parsed.data;
  if (parsed.data.model != null) resolveModel(served, parsed.data.model);
  if (prompt != null && messages != null) throw invalidField('messages', "and 'prompt' exclude each other.");
  if (add_special_tokens != null && messages != null) {
    throw invalidField('add_special_tokens', "is for 'prompt': the chat template decides for messages.");
  }
  if (tools != null && tools.length > 0 && messages == null)
    throw invalidField('tools', "is for 'messages'.");
  if (add_generation_prompt != null && messages == null) {
    throw invalidField('add_generation_prompt', "is for 'messages'.");
  }
  return {
    prompt: promptOf(prompt, messages, chatToolUse({ tools }).tools),
    addSpecialTokens: add_special_tokens ?? true,
    addGenerationPrompt: add_generation_prompt ?? true,
  };
}

function promptOf(
  prompt: string | null | undefined,
  messages: z.infer<typeof messagesSchema> | null | undefined,
  tools: readonly FunctionTool[],
): TokenizeRequest['prompt'] {
  if (messages != null) {
    return {
      kind: 'messages',
      messages: toChatMessages(messages),
      ...(tools.length > 0 && { tools }),
    };
  }
  if (prompt == null) throw invalidField('prompt', "is required, or 'messages'.");
  return { kind: 'text', text: prompt };
}

/** Token ids of a body of `/detokenize`. Throws as `parseTokenizeRequest` does. */
export function parseDetokenizeRequest(body: object, served: ServedModel): readonly number[] {
  checkFields(body, DETOKENIZE_FIELDS);
  const parsed = DETOKENIZE_SCHEMA.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  const { tokens } = parsed.data;
  if (parsed.data.model != null) resolveModel(served, parsed.data.model);
  if (tokens === undefined) throw invalidField('tokens', 'is required.');
  // By hand: arrays of tokens are long, and one complaint is enough.
  if (!Array.isArray(tokens)) throw invalidField('tokens', 'must be an array of token ids.');
  const bad = tokens.findIndex((token: unknown) => !Number.isSafeInteger(token) || (token as number) < 0);
  if (bad >= 0) throw invalidField(`tokens[${bad}]`, 'must be a token id: an integer of at least 0.');
  return tokens as readonly number[];
}

/** The answer of `/tokenize`. */
export function tokenizeJson(tokens: Int32Array, served: ServedModel) {
  return { count: tokens.length, max_model_len: served.contextLength, tokens: [...tokens] };
}
