import { z } from 'zod';

/** Values of a field that ask for nothing we cannot do. Null always counts as one. */
type Neutral = z.ZodType;

const nothing: Neutral = z.never();
const emptyList: Neutral = z.array(z.unknown()).max(0);
const textOnly: Neutral = z.tuple([z.literal('text')]);

/** Fields of `/v1/chat/completions` that are refused by name unless neutral. */
export const UNSUPPORTED_CHAT_FIELDS: ReadonlyMap<string, Neutral> = new Map<string, Neutral>([
  ['audio', nothing],
  ['function_call', z.literal('none')],
  ['functions', emptyList],
  ['modalities', textOnly],
  ['moderation', nothing],
  ['prediction', nothing],
  ['reasoning_effort', z.literal('none')],
  ['verbosity', z.literal('medium')],
  ['web_search_options', nothing],
]);

/** What took the place of older fields. */
export const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['functions', "It is the older form of 'tools': send those."],
  ['function_call', "It is the older form of 'tool_choice' and 'tool_calls': send those, with 'tools'."],
]);

/** Fields of `/v1/completions` that are refused by name unless neutral. */
export const UNSUPPORTED_COMPLETION_FIELDS: ReadonlyMap<string, Neutral> = new Map<string, Neutral>([
  /** One answer per choice is made, and each is kept. */
  ['best_of', z.literal(1)],
  ['suffix', z.literal('')],
]);

/** Fields of an assistant message that are refused by name unless neutral. */
export const UNSUPPORTED_ASSISTANT_FIELDS: ReadonlyMap<string, Neutral> = new Map<string, Neutral>([
  ['annotations', emptyList],
  ['audio', nothing],
  ['function_call', nothing],
  ['refusal', nothing],
]);

/** Fields of `/v1/responses` that are refused by name unless neutral. */
export const UNSUPPORTED_RESPONSE_FIELDS: ReadonlyMap<string, Neutral> = new Map<string, Neutral>([
  ['background', z.literal(false)],
  ['context_management', nothing],
  ['conversation', nothing],
  ['max_tool_calls', nothing],
  ['moderation', nothing],
  ['previous_response_id', nothing],
  ['prompt', nothing],
  [
    'reasoning',
    z.strictObject({
      effort: z.literal('none').nullish(),
      summary: z.null().optional(),
      generate_summary: z.null().optional(),
    }),
  ],
  /** Nothing is kept, so nothing can be asked for later. */
  ['store', z.literal(false)],
  ['truncation', z.literal('disabled')],
]);
