import { type ChatMessage, QueptError } from '../../core/index.ts';
import { MAX_MESSAGES } from '../openai/chat-messages.ts';
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
  if (messages.length === 0) throw invalid(path, 'must have at least 1 item.');
  if (messages.length > MAX_MESSAGES) throw invalid(path, `must have at most ${MAX_MESSAGES} items.`);
  return messages.map(({ role, content, name }, index) => {
    const known = ROLES.get(role);
    if (known === undefined) {
      const roles = [...ROLES.keys()].map((value) => `CHAT_ROLE_${ChatRole[value]}`).join(', ');
      throw invalid(`${path}[${index}].role`, `must be one of ${roles}.`);
    }
    return name === undefined ? { role: known, content } : { role: known, content, name };
  });
}

function invalid(param: string, complaint: string): QueptError {
  return new QueptError('invalid_request', `'${param}' ${complaint}`, { param });
}
