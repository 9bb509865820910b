import { createHash } from 'node:crypto';
import type { ChatMessage, FunctionTool, JsonObject, ToolCall, ToolFormat } from '../../core/index.ts';

/** A message as chat templates know it. Fields that do not apply are absent: templates ask whether they are there. */
export type TemplateMessage = Readonly<Record<string, unknown>> & { readonly role: string };

/** Messages in the terms of templates. */
export function templateMessages(messages: readonly ChatMessage[], format: ToolFormat): TemplateMessage[] {
  const idOf = format === 'mistral' ? nineCharacters : (id: string) => id;
  return messages.map(({ role, content, name, toolCalls, toolCallId }) => ({
    role,
    content,
    ...(name !== undefined && { name }),
    ...(toolCalls !== undefined && { tool_calls: toolCalls.map((call) => templateCall(call, idOf)) }),
    ...(toolCallId !== undefined && { tool_call_id: idOf(toolCallId) }),
  }));
}

/** Tools in the terms of templates. */
export function templateTools(tools: readonly FunctionTool[]): object[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }));
}

function templateCall(call: ToolCall, idOf: (id: string) => string): object {
  return {
    id: idOf(call.id),
    type: 'function',
    function: { name: call.name, arguments: argumentsOf(call) },
  };
}

/** Templates write arguments as JSON themselves; what is broken stays the text that it is. */
export function argumentsOf(call: ToolCall): JsonObject | string {
  if (call.arguments.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(call.arguments);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as JsonObject) : call.arguments;
  } catch {
    return call.arguments;
  }
}

/** Mistral's templates refuse every id that is not nine letters and digits: others become their digest. */
function nineCharacters(id: string): string {
  if (/^[A-Za-z0-9]{9}$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 9);
}
