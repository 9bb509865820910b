import type { ChatMessage } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';

/**
 * Makes sure that calls and their results belong together: a tool's message answers a call of the assistant's message
 * before, and all calls of that message are answered before anyone else speaks.
 *
 * @param where the name of the field that holds a message's `tool_call_id` or calls
 *
 * Throws QueptError `invalid_request` naming the field.
 */
export function checkToolMessages(
  messages: readonly ChatMessage[],
  where: (index: number, field: 'toolCalls' | 'toolCallId') => string,
): void {
  let open = new Set<string>();
  let asker = 0;
  messages.forEach((message, index) => {
    if (message.role === 'tool') {
      const id = message.toolCallId ?? '';
      if (open.delete(id)) return;
      throw invalidField(
        where(index, 'toolCallId'),
        `is '${id.slice(0, 100)}', but no call of that id is open. A result must follow the message with the call, and answer it once.`,
      );
    }
    requireAnswered(open, where(asker, 'toolCalls'));
    const ids = message.toolCalls?.map(({ id }) => id) ?? [];
    open = new Set(ids);
    asker = index;
    if (open.size < ids.length) throw invalidField(where(index, 'toolCalls'), 'has two calls of one id.');
  });
  requireAnswered(open, where(asker, 'toolCalls'));
}

function requireAnswered(open: ReadonlySet<string>, param: string): void {
  if (open.size === 0) return;
  const ids = [...open].slice(0, 10).map((id) => `'${id.slice(0, 100)}'`);
  throw invalidField(param, `must be followed by the results of all calls; missing: ${ids.join(', ')}.`);
}
