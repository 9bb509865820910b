import { z } from 'zod';
import { type ChatMessage, QueptError } from '../../core/index.ts';
import { boundedArray } from './bounded-array.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { MESSAGE_FIELDS_WITHOUT_EFFECT } from './fields-without-effect.ts';
import { UNSUPPORTED_ASSISTANT_FIELDS } from './unsupported-fields.ts';

export const MAX_MESSAGES = 10_000;
const MAX_PARTS = 1_000;

export const TEXT_PART = z.looseObject({ type: z.literal('text'), text: z.string() });
const part = z.discriminatedUnion('type', [TEXT_PART], { error: partError });
const content = z.union([z.string(), boundedArray(part, MAX_PARTS)]);
const name = z.string().nullish();

export const MESSAGE = z.discriminatedUnion(
  'role',
  [
    z.looseObject({ role: z.literal('system'), content, name }),
    z.looseObject({ role: z.literal('developer'), content, name }),
    z.looseObject({ role: z.literal('user'), content, name }),
    // Without content only where there are tool calls; those are refused by name below.
    z.looseObject({ role: z.literal('assistant'), content: content.nullish(), name }),
    z.looseObject({ role: z.literal('tool'), content, name, tool_call_id: z.string() }),
  ],
  { error: roleError },
);

type Message = z.infer<typeof MESSAGE>;

export const messagesSchema = boundedArray(MESSAGE, MAX_MESSAGES);

/**
 * Conversation in the terms of core: `developer` is what `system` was once called, and text parts become one text.
 *
 * Throws QueptError `invalid_request` naming a field of a message that is unknown or not supported.
 */
export function toChatMessages(messages: readonly Message[]): ChatMessage[] {
  return messages.map((entry, index) => {
    checkMessageFields(entry, `messages[${index}].`);
    if (entry.content == null) throw contentRequired(`messages[${index}].content`);
    const role = entry.role === 'developer' ? 'system' : entry.role;
    const text = joinParts(entry.content);
    return entry.name == null ? { role, content: text } : { role, content: text, name: entry.name };
  });
}

function joinParts(text: z.infer<typeof content>): string {
  // Parts are separate pieces of text: without a break the last word of one would run into the next.
  return typeof text === 'string' ? text : text.map((item) => item.text).join('\n');
}

const NO_FIELDS: FieldPolicy['unsupported'] = new Map();
const MESSAGE_FIELDS = new Set(['role', 'content', 'name']);

/** How each field of a message is treated. */
export function messagePolicy(role: Message['role']): FieldPolicy {
  return {
    honoured: MESSAGE_FIELDS,
    withoutEffect: MESSAGE_FIELDS_WITHOUT_EFFECT,
    unsupported: role === 'assistant' ? UNSUPPORTED_ASSISTANT_FIELDS : NO_FIELDS,
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
