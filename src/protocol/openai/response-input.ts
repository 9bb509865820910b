import { z } from 'zod';
import type { ChatMessage } from '../../core/index.ts';
import { checkToolMessages } from '../tools/check-tool-messages.ts';
import { boundedArray } from './bounded-array.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';
import { toolCallId, toolName } from './tool-fields.ts';

const MAX_ITEMS = 10_000;
const MAX_PARTS = 1_000;

/** A piece of text; an answer's too. */
export const INPUT_PART = z.looseObject({ type: z.enum(['input_text', 'output_text']), text: z.string() });
const part = z.discriminatedUnion('type', [INPUT_PART], { error: partError });
const text = z.union([z.string(), boundedArray(part, MAX_PARTS)]);

/** A message; without a `type`, or with the type `message`. */
export const INPUT_MESSAGE = z.looseObject({
  type: z.literal('message').nullish(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: text,
});

/** A call that the model asked for. */
export const INPUT_CALL = z.looseObject({
  type: z.literal('function_call'),
  call_id: toolCallId,
  name: toolName,
  arguments: z.string().describe('JSON, as the model wrote it.'),
});

/** What a call returned. */
export const INPUT_CALL_OUTPUT = z.looseObject({
  type: z.literal('function_call_output'),
  call_id: toolCallId,
  output: text,
});

const item = z.discriminatedUnion('type', [INPUT_MESSAGE, INPUT_CALL, INPUT_CALL_OUTPUT], {
  error: itemError,
});

/** `input` of `/v1/responses`: a text, which is a user's message, or items. */
export const INPUT_SCHEMA = z.union([z.string(), boundedArray(item, MAX_ITEMS)]);

const NO_FIELDS: FieldPolicy['unsupported'] = new Map();

/** How each field of an item of `input` is treated: an answer's output may be sent back as it came. */
export function itemFields(shape: z.ZodObject): FieldPolicy {
  return {
    honoured: new Set(Object.keys(shape.shape)),
    withoutEffect: new Set(['id', 'status', shape === INPUT_CALL ? 'parsed_arguments' : 'phase']),
    unsupported: NO_FIELDS,
  };
}

/** The same of a part of an item's content. */
export const INPUT_PART_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(INPUT_PART.shape)),
  withoutEffect: new Set(['annotations', 'logprobs', 'prompt_cache_breakpoint']),
  unsupported: NO_FIELDS,
};

type Item = z.infer<typeof item>;
type Text = z.infer<typeof text>;

/** A message, and the item that its calls or result begin with. */
interface PlacedMessage {
  message: ChatMessage;
  at: number;
}

/**
 * Conversation in the terms of core; `instructions` go before everything, as a system message. Calls belong to the
 * message of the assistant that they follow, or make one.
 *
 * Throws QueptError `invalid_request` naming a field of an item that is unknown, or that calls and results do not
 * belong together.
 */
export function inputMessages(
  input: z.infer<typeof INPUT_SCHEMA>,
  instructions: string | null,
): ChatMessage[] {
  const first: ChatMessage[] = instructions === null ? [] : [{ role: 'system', content: instructions }];
  if (typeof input === 'string') return [...first, { role: 'user', content: input }];
  const placed: PlacedMessage[] = [];
  input.forEach((entry, index) => {
    addItem(placed, entry, index);
  });
  const messages = placed.map(({ message }) => message);
  checkToolMessages(messages, (index) => `input[${placed[index]?.at ?? 0}].call_id`);
  return [...first, ...messages];
}

function addItem(placed: PlacedMessage[], entry: Item, at: number): void {
  const path = `input[${at}].`;
  switch (entry.type) {
    case 'function_call':
      checkFields(entry, itemFields(INPUT_CALL), path);
      addCall(placed, entry, at);
      return;
    case 'function_call_output':
      checkFields(entry, itemFields(INPUT_CALL_OUTPUT), path);
      placed.push({
        message: {
          role: 'tool',
          content: textOf(entry.output, `${path}output`),
          toolCallId: entry.call_id,
        },
        at,
      });
      return;
    default: {
      checkFields(entry, itemFields(INPUT_MESSAGE), path);
      const role = entry.role === 'developer' ? 'system' : entry.role;
      placed.push({ message: { role, content: textOf(entry.content, `${path}content`) }, at });
    }
  }
}

function addCall(placed: PlacedMessage[], entry: z.infer<typeof INPUT_CALL>, at: number): void {
  const call = { id: entry.call_id, name: entry.name, arguments: entry.arguments };
  const last = placed.at(-1);
  if (last?.message.role !== 'assistant') {
    placed.push({ message: { role: 'assistant', content: '', toolCalls: [call] }, at });
    return;
  }
  const { toolCalls = [] } = last.message;
  if (toolCalls.length === 0) last.at = at;
  last.message = { ...last.message, toolCalls: [...toolCalls, call] };
}

/** Throws QueptError `invalid_request` naming a field of a part that is unknown. */
function textOf(content: Text, path: string): string {
  if (typeof content === 'string') return content;
  content.forEach((piece, index) => {
    checkFields(piece, INPUT_PART_FIELDS, `${path}[${index}].`);
  });
  // Parts are separate pieces of text: without a break the last word of one would run into the next.
  return content.map((piece) => piece.text).join('\n');
}

function itemError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return "must be 'message', 'function_call' or 'function_call_output': items of other types (reasoning, references, built-in tools) are not supported.";
}

function partError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return "must be 'input_text' or 'output_text': parts of other types (images, files) are not supported.";
}
