import { createHash } from 'node:crypto';
import {
  type ChatMessage,
  type FunctionTool,
  type JsonObject,
  nestsDeeper,
  type ToolCall,
  type ToolFormat,
} from '../../core/index.ts';

/** Templates walk arguments by recursion. */
const MAX_ARGUMENTS_DEPTH = 64;

/** A message as chat templates know it. Fields that do not apply are absent: templates ask whether they are there. */
export type TemplateMessage = Readonly<Record<string, unknown>> & { readonly role: string };

/** Messages in the terms of templates. */
export function templateMessages(messages: readonly ChatMessage[], format: ToolFormat): TemplateMessage[] {
  const idOf = format === 'mistral' ? nineCharacters : (id: string) => id;
  const told = format === 'llama3' ? oneCallAtATime(messages) : messages;
  return told.map(({ role, content, name, toolCalls, toolCallId }) => ({
    role,
    content,
    ...(name !== undefined && { name }),
    ...(toolCalls !== undefined && { tool_calls: toolCalls.map((call) => templateCall(call, idOf)) }),
    ...(toolCallId !== undefined && { tool_call_id: idOf(toolCallId) }),
  }));
}

/**
 * Templates of Llama 3 refuse messages with several calls: each call becomes a message of its own, with its result
 * behind it.
 */
function oneCallAtATime(messages: readonly ChatMessage[]): ChatMessage[] {
  const taken = new Set<ChatMessage>();
  return messages.flatMap((message, at) => {
    const { toolCalls = [], ...rest } = message;
    if (taken.has(message)) return [];
    if (toolCalls.length < 2) return [message];
    const results = messages.slice(at + 1, at + 1 + toolCalls.length);
    return toolCalls.flatMap((call, index) => {
      const result = results.find(({ toolCallId }) => toolCallId === call.id);
      if (result !== undefined) taken.add(result);
      const asking = { ...rest, content: index === 0 ? rest.content : '', toolCalls: [call] };
      return result === undefined ? [asking] : [asking, result];
    });
  });
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

/** Templates write arguments as JSON themselves; what is broken, or too deep for them, stays the text that it is. */
export function argumentsOf(call: ToolCall): JsonObject | string {
  if (call.arguments.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(call.arguments);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !nestsDeeper(value, MAX_ARGUMENTS_DEPTH) ? (value as JsonObject) : call.arguments;
  } catch {
    return call.arguments;
  }
}

/** Mistral's templates refuse every id that is not nine letters and digits: others become their digest. */
function nineCharacters(id: string): string {
  if (/^[A-Za-z0-9]{9}$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 9);
}
