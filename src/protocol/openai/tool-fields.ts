import { z } from 'zod';
import { LONGEST_DESCRIPTION, MAX_TOOLS, TOOL_NAME, type ToolUse, toolUse } from '../tools/tool-use.ts';

/** Most calls of one message. */
export const MAX_CALLS = 1_000;
const LONGEST_ID = 256;

export const toolName = z
  .string()
  .regex(TOOL_NAME, 'must be 1 to 64 of the characters A-Z a-z 0-9 _ and -.')
  .describe('1 to 64 of the characters A-Z a-z 0-9 _ and -.');
export const toolCallId = z.string().min(1).max(LONGEST_ID);

/** What a function is, in both forms of tools. */
export const FUNCTION_FIELDS = {
  name: toolName,
  description: z.string().max(LONGEST_DESCRIPTION).nullish().describe('What it does, for the model.'),
  parameters: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('JSON schema of its arguments, an object. Left out: it has none.'),
  strict: z.boolean().nullish().describe('Calls match the schema.'),
};

const ONLY_FUNCTIONS = "must be 'function': tools of other types are not supported.";

/** `items` at most `MAX_TOOLS`, none being nothing. */
export function toolList<Item extends z.ZodType>(item: Item) {
  return z
    .array(z.unknown())
    .max(MAX_TOOLS)
    .pipe(z.array(item))
    .meta({ maxItems: MAX_TOOLS })
    .nullish()
    .describe('Functions that the model may ask to be called.');
}

export const functionType = z.literal('function', { error: ONLY_FUNCTIONS });

const CHOICE_WORDS = z.enum(['none', 'auto', 'required']);

/** A choice as a word, or of one function by `named`. */
export function toolChoice<Named extends z.ZodType>(named: Named) {
  return z
    .union([CHOICE_WORDS, named], { error: "must be 'none', 'auto', 'required' or a function by its name." })
    .nullish()
    .describe(
      '`none`: no call. `auto` (default): the model decides. `required`: it must call something. A function by name: it must call that.',
    );
}

export const PARALLEL_FIELD = z
  .boolean()
  .nullish()
  .describe('Whether there may be several calls in an answer. Default true.');

const CHAT_TOOL = z.strictObject({ type: functionType, function: z.strictObject(FUNCTION_FIELDS) });

/** `tools` and what belongs to it, of `/v1/chat/completions`. */
export const CHAT_TOOL_FIELDS = {
  tools: toolList(CHAT_TOOL),
  tool_choice: toolChoice(
    z.strictObject({ type: functionType, function: z.strictObject({ name: z.string() }) }),
  ),
  parallel_tool_calls: PARALLEL_FIELD,
};

/** A call in an assistant's message. Clients send back what they were sent, with what they made of it. */
export const CHAT_TOOL_CALL = z.strictObject({
  id: toolCallId,
  type: functionType,
  function: z.strictObject({
    name: toolName,
    arguments: z.string().describe('JSON, as the model wrote it.'),
    parsed_arguments: z.unknown().optional().describe('Accepted without effect.'),
  }),
  index: z.int().nullish().describe('Accepted without effect.'),
});

type ChatToolFields = Partial<z.infer<z.ZodObject<typeof CHAT_TOOL_FIELDS>>>;

/** The tools of a chat. Throws QueptError `invalid_request` naming the field. */
export function chatToolUse({ tools, tool_choice: choice, parallel_tool_calls }: ChatToolFields): ToolUse {
  return toolUse({
    tools: (tools ?? []).map((tool, index) => ({ path: `tools[${index}].function`, ...tool.function })),
    choice: choiceOf(typeof choice === 'object' ? choice?.function.name : undefined, choice),
    parallel: parallel_tool_calls ?? null,
  });
}

/** The choice in core's terms: of the function `name` if there is one. */
export function choiceOf(name: string | undefined, choice: unknown): ToolUse['choice'] | null {
  if (name !== undefined) return { kind: 'function', name };
  const word = CHOICE_WORDS.safeParse(choice);
  return word.success ? { kind: word.data } : null;
}
