import { z } from 'zod';
import { type ChatMessage, QueptError, type ToolCall } from '../../core/index.ts';
import { checkToolMessages } from '../tools/check-tool-messages.ts';
import { boundedArray } from './bounded-array.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { MESSAGE_FIELDS_WITHOUT_EFFECT } from './fields-without-effect.ts';
import { CHAT_TOOL_CALL, MAX_CALLS } from './tool-fields.ts';
import { REMEDIES, UNSUPPORTED_ASSISTANT_FIELDS } from './unsupported-fields.ts';

export const MAX_MESSAGES = 10_000;
const MAX_PARTS = 1_000;

export const TEXT_PART = z.looseObject({ type: z.literal('text'), text: z.string() });
const part = z.discriminatedUnion('type', [TEXT_PART], { error: partError });
const content = z.union([z.string(), boundedArray(part, MAX_PARTS)]);
const name = z.string().nullish();
const toolCalls = z
  .array(z.unknown())
  .max(MAX_CALLS)
  .pipe(z.array(CHAT_TOOL_CALL))
  .meta({ maxItems: MAX_CALLS })
  .nullish();

export const MESSAGE = z.discriminatedUnion(
  'role',
  [
    z.looseObject({ role: z.literal('system'), content, name }),
    z.looseObject({ role: z.literal('developer'), content, name }),
    z.looseObject({ role: z.literal('user'), content, name }),
    // Without content only where there are calls.
    z.looseObject({
      role: z.literal('assistant'),
      content: content.nullish(),
      name,
      tool_calls: toolCalls,
    }),
    z.looseObject({ role: z.literal('tool'), content, name, tool_call_id: z.string() }),
  ],
  { error: roleError },
);

type Message = z.infer<typeof MESSAGE>;

export const messagesSchema = boundedArray(MESSAGE, MAX_MESSAGES);

/**
 * Conversation in the terms of core: `developer` is what `system` was once called, and text parts become one text.
 *
 * Throws QueptError `invalid_request` naming a field of a message that is unknown or not supported, or that calls and
 * results of tools do not belong together.
 */
export function toChatMessages(messages: readonly Message[]): ChatMessage[] {
  const converted = messages.map((entry, index) => {
    checkMessageFields(entry, `messages[${index}].`);
    const calls = entry.role === 'assistant' ? callsOf(entry.tool_calls) : [];
    if (entry.content == null && calls.length === 0) throw contentRequired(`messages[${index}].content`);
    return {
      role: entry.role === 'developer' ? 'system' : entry.role,
      content: entry.content == null ? '' : joinParts(entry.content),
      ...(entry.name != null && { name: entry.name }),
      ...(calls.length > 0 && { toolCalls: calls }),
      ...(entry.role === 'tool' && { toolCallId: entry.tool_call_id }),
    } satisfies ChatMessage;
  });
  checkToolMessages(converted, (index, field) => `messages[${index}].${MESSAGE_FIELD_OF[field]}`);
  return converted;
}

const MESSAGE_FIELD_OF = { toolCalls: 'tool_calls', toolCallId: 'tool_call_id' } as const;

function callsOf(calls: readonly z.infer<typeof CHAT_TOOL_CALL>[] | null | undefined): ToolCall[] {
  return (calls ?? []).map(({ id, function: { name: called, arguments: args } }) => ({
    id,
    name: called,
    arguments: args,
  }));
}

function joinParts(text: z.infer<typeof content>): string {
  // Parts are separate pieces of text: without a break the last word of one would run into the next.
  return typeof text === 'string' ? text : text.map((item) => item.text).join('\n');
}

const NO_FIELDS: FieldPolicy['unsupported'] = new Map();
const MESSAGE_FIELDS = ['role', 'content', 'name'];
/** More of some roles. */
const ROLE_FIELDS: { readonly [Role in Message['role']]?: string } = {
  assistant: 'tool_calls',
  tool: 'tool_call_id',
};

/** How each field of a message is treated. */
export function messagePolicy(role: Message['role']): FieldPolicy {
  return {
    honoured: new Set([...MESSAGE_FIELDS, ROLE_FIELDS[role] ?? 'role']),
    withoutEffect: MESSAGE_FIELDS_WITHOUT_EFFECT,
    unsupported: role === 'assistant' ? UNSUPPORTED_ASSISTANT_FIELDS : NO_FIELDS,
    remedies: REMEDIES,
  };
}

/** The same of a part of its content. */
export const PART_POLICY: FieldPolicy = {
  honoured: new Set(Object.keys(TEXT_PART.shape)),
  withoutEffect: MESSAGE_FIELDS_WITHOUT_EFFECT,
  unsupported: NO_FIELDS,
};

function checkMessageFields(entry: Message, path: string): void {
  checkFields(entry, messagePolicy(entry.role), path);
  if (!Array.isArray(entry.content)) return;
  entry.content.forEach((item, index) => {
    checkFields(item, PART_POLICY, `${path}content[${index}].`);
  });
}

function contentRequired(param: string): QueptError {
  return new QueptError('invalid_request', `'${param}' is required.`, { param });
}

function partError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return "must be 'text': content parts of other types (images, audio, files) are not supported.";
}

function roleError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return "must be one of 'system', 'developer', 'user', 'assistant', 'tool'.";
}
