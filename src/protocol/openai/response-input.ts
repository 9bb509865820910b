import { z } from 'zod';
import type { ChatMessage } from '../../core/index.ts';
import { boundedArray } from './bounded-array.ts';
import { checkFields, type FieldPolicy } from './check-fields.ts';

const MAX_ITEMS = 10_000;
const MAX_PARTS = 1_000;

/** A piece of text; an answer's too. */
export const INPUT_PART = z.looseObject({ type: z.enum(['input_text', 'output_text']), text: z.string() });
const part = z.discriminatedUnion('type', [INPUT_PART], { error: partError });

/** A message; without a `type`, or with the type `message`. */
export const INPUT_ITEM = z.looseObject({
  type: z
    .literal('message', {
      error: "must be 'message': items of other types (tools, reasoning, references) are not supported.",
    })
    .nullish(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), boundedArray(part, MAX_PARTS)]),
});

/** `input` of `/v1/responses`: a text, which is a user's message, or messages. */
export const INPUT_SCHEMA = z.union([z.string(), boundedArray(INPUT_ITEM, MAX_ITEMS)]);

const NO_FIELDS: FieldPolicy['unsupported'] = new Map();

/** How each field of an item of `input` is treated: an answer's output may be sent back as it came. */
export const INPUT_ITEM_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(INPUT_ITEM.shape)),
  withoutEffect: new Set(['id', 'status', 'phase']),
  unsupported: NO_FIELDS,
};

/** The same of a part of an item's content. */
export const INPUT_PART_FIELDS: FieldPolicy = {
  honoured: new Set(Object.keys(INPUT_PART.shape)),
  withoutEffect: new Set(['annotations', 'logprobs', 'prompt_cache_breakpoint']),
  unsupported: NO_FIELDS,
};

/**
 * Conversation in the terms of core; `instructions` go before everything, as a system message.
 *
 * Throws QueptError `invalid_request` naming a field of an item that is unknown.
 */
export function inputMessages(
  input: z.infer<typeof INPUT_SCHEMA>,
  instructions: string | null,
): ChatMessage[] {
  const messages: ChatMessage[] = instructions === null ? [] : [{ role: 'system', content: instructions }];
  if (typeof input === 'string') return [...messages, { role: 'user', content: input }];
  input.forEach((item, index) => {
    checkItem(item, `input[${index}].`);
    const role = item.role === 'developer' ? 'system' : item.role;
    const { content } = item;
    // Parts are separate pieces of text: without a break the last word of one would run into the next.
    const text = typeof content === 'string' ? content : content.map((piece) => piece.text).join('\n');
    messages.push({ role, content: text });
  });
  return messages;
}

function checkItem(item: z.infer<typeof INPUT_ITEM>, path: string): void {
  checkFields(item, INPUT_ITEM_FIELDS, path);
  if (!Array.isArray(item.content)) return;
  item.content.forEach((piece, index) => {
    checkFields(piece, INPUT_PART_FIELDS, `${path}content[${index}].`);
  });
}

function partError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return "must be 'input_text' or 'output_text': parts of other types (images, files) are not supported.";
}
