import type { ChatMessage, FunctionTool, ToolCall } from '../../core/index.ts';
import { argumentsOf } from './template-messages.ts';

/**
 * A conversation with tools for a template that knows none, in the format of Hermes: what may be called is told in the
 * system message, calls are part of what the assistant said, and what they returned is what the user says next.
 */
export function spellOutTools(
  messages: readonly ChatMessage[],
  tools: readonly FunctionTool[],
  place: 'system' | 'user' = 'system',
): ChatMessage[] {
  const spelled: ChatMessage[] = [];
  let answering = false;
  for (const { toolCallId: _, toolCalls, ...message } of messages) {
    const last = spelled.at(-1);
    if (message.role === 'tool') {
      const result = `<tool_response>\n${message.content}\n</tool_response>`;
      // Results of one turn are one message: templates want roles that alternate.
      if (answering && last !== undefined) {
        spelled[spelled.length - 1] = { ...last, content: `${last.content}\n${result}` };
      } else spelled.push({ role: 'user', content: result });
      answering = true;
      continue;
    }
    answering = false;
    spelled.push(
      toolCalls === undefined ? message : { ...message, content: withCalls(message.content, toolCalls) },
    );
  }
  return tools.length === 0 ? spelled : withInstructions(spelled, toolInstructions(tools), place);
}

function withCalls(content: string, calls: readonly ToolCall[]): string {
  const written = calls.map((call) => {
    const args = argumentsOf(call);
    const text = typeof args === 'string' ? args : JSON.stringify(args);
    return `<tool_call>\n{"name": ${JSON.stringify(call.name)}, "arguments": ${text}}\n</tool_call>`;
  });
  return [...(content === '' ? [] : [content]), ...written].join('\n');
}

/** Instructions before the first message of `place`, or as a message of their own at the beginning. */
function withInstructions(messages: ChatMessage[], text: string, place: 'system' | 'user'): ChatMessage[] {
  const at = place === 'system' ? 0 : messages.findIndex(({ role }) => role === 'user');
  const first = messages[at];
  if (first?.role !== place) return [{ role: place, content: text }, ...messages];
  const parts = place === 'system' ? [first.content, text] : [text, first.content];
  return messages.with(at, { ...first, content: parts.join('\n\n') });
}

function toolInstructions(tools: readonly FunctionTool[]): string {
  // No more than the model needs: a small one has little room.
  const lines = tools.map(({ name, description, parameters }) =>
    JSON.stringify({ name, ...(description !== '' && { description }), parameters }),
  );
  return [
    'You can call functions. Each line describes one:',
    '<tools>',
    ...lines,
    '</tools>',
    'To call a function, write its name and its arguments as JSON between tags, once for every call:',
    '<tool_call>',
    '{"name": "…", "arguments": {…}}',
    '</tool_call>',
    'What a call returns comes back between <tool_response> and </tool_response>.',
  ].join('\n');
}
