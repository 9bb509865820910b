import { z } from 'zod';
import type { ChatMessage, ToolCall } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';
import { MAX_MESSAGES } from '../openai/chat-messages.ts';
import { MAX_CALLS, toolCallId, toolName } from '../openai/tool-fields.ts';
import { validationError } from '../openai/validation-error.ts';
import { checkToolMessages } from '../tools/check-tool-messages.ts';
import { type ChatMessage as ChatMessageProto, ChatRole } from './gen/quept/v1/chat_pb.ts';

const ROLES: ReadonlyMap<ChatRole, ChatMessage['role']> = new Map([
  [ChatRole.SYSTEM, 'system'],
  [ChatRole.USER, 'user'],
  [ChatRole.ASSISTANT, 'assistant'],
  [ChatRole.TOOL, 'tool'],
]);

/**
 * The messages of a conversation; `path` is the name of their field.
 *
 * Throws QueptError `invalid_request` naming the field.
 */
export function parseMessages(messages: readonly ChatMessageProto[], path: string): ChatMessage[] {
  if (messages.length === 0) throw invalidField(path, 'must have at least 1 item.');
  if (messages.length > MAX_MESSAGES) throw invalidField(path, `must have at most ${MAX_MESSAGES} items.`);
  const parsed = messages.map((message, index) => parseMessage(message, `${path}[${index}]`));
  checkToolMessages(parsed, (index, field) => `${path}[${index}].${MESSAGE_FIELD_OF[field]}`);
  return parsed;
}

const MESSAGE_FIELD_OF = { toolCalls: 'tool_calls', toolCallId: 'tool_call_id' } as const;

const callsSchema = z
  .array(z.object({ id: toolCallId, name: toolName, arguments: z.string() }))
  .max(MAX_CALLS);

function parseMessage(message: ChatMessageProto, path: string): ChatMessage {
  const { role, content, name, toolCallId: id, toolCalls } = message;
  const known = ROLES.get(role);
  if (known === undefined) {
    const roles = [...ROLES.keys()].map((value) => `CHAT_ROLE_${ChatRole[value]}`).join(', ');
    throw invalidField(`${path}.role`, `must be one of ${roles}.`);
  }
  if (id !== undefined && known !== 'tool')
    throw invalidField(`${path}.tool_call_id`, 'is for results of tools.');
  if (id === undefined && known === 'tool') throw invalidField(`${path}.tool_call_id`, 'is required.');
  if (toolCalls.length > 0 && known !== 'assistant') {
    throw invalidField(`${path}.tool_calls`, 'is for messages of the assistant.');
  }
  return {
    role: known,
    content,
    ...(name !== undefined && { name }),
    ...(toolCalls.length > 0 && { toolCalls: parseCalls(toolCalls, `${path}.tool_calls`) }),
    ...(id !== undefined && { toolCallId: id }),
  };
}

function parseCalls(calls: ChatMessageProto['toolCalls'], path: string): ToolCall[] {
  const body = { [path]: calls };
  const parsed = z.object({ [path]: callsSchema }).safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  return parsed.data[path] ?? [];
}
