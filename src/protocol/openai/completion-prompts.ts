import type { Prompt } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';

/** Prompts of one request; each becomes a sequence of its own. */
export const MAX_PROMPTS = 128;

const TOKENS_DOCUMENT = { type: 'array', minItems: 1, items: { type: 'integer', minimum: 0 } };

/** What `parsePrompts` takes, as a JSON schema. */
export const PROMPT_DOCUMENT = {
  description: 'A text, several texts, token ids, or several lists of token ids.',
  anyOf: [
    { type: 'string' },
    { type: 'array', minItems: 1, maxItems: MAX_PROMPTS, items: { type: 'string' } },
    TOKENS_DOCUMENT,
    { type: 'array', minItems: 1, maxItems: MAX_PROMPTS, items: TOKENS_DOCUMENT },
  ],
};

/**
 * `prompt` of `/v1/completions`: a string, an array of strings, an array of token ids, or an array of those. By
 * hand and not by schema: the first item tells which it is, and token arrays are long.
 *
 * Throws QueptError `invalid_request` naming the item at fault.
 */
export function parsePrompts(value: unknown): Prompt[] {
  if (typeof value === 'string') return [{ kind: 'text', text: value }];
  if (value === undefined) throw invalidField('prompt', 'is required.');
  if (!Array.isArray(value)) {
    throw invalidField(
      'prompt',
      'must be a string, an array of strings, of token ids, or of arrays of token ids.',
    );
  }
  if (value.length === 0) throw invalidField('prompt', 'must have at least 1 item.');
  if (typeof value[0] === 'number') return [parseTokens(value, 'prompt')];
  if (value.length > MAX_PROMPTS) throw invalidField('prompt', `must have at most ${MAX_PROMPTS} prompts.`);
  return value.map((item: unknown, index) => parsePrompt(item, typeof value[0], `prompt[${index}]`));
}

function parsePrompt(item: unknown, kind: string, param: string): Prompt {
  if (kind === 'string') {
    if (typeof item !== 'string') throw invalidField(param, 'must be a string, like the first prompt.');
    return { kind: 'text', text: item };
  }
  if (!Array.isArray(item)) throw invalidField(param, 'must be a string or an array of token ids.');
  if (item.length === 0) throw invalidField(param, 'must have at least 1 item.');
  return parseTokens(item, param);
}

function parseTokens(items: readonly unknown[], param: string): Prompt {
  const bad = items.findIndex((token) => !Number.isSafeInteger(token) || (token as number) < 0);
  if (bad >= 0) throw invalidField(`${param}[${bad}]`, 'must be a token id: an integer of at least 0.');
  return { kind: 'tokens', tokens: items as readonly number[] };
}
