import { QueptError, type ToolFormat } from '../../core/index.ts';
import type { ChatTemplates } from './tokenizer-source.ts';

/** What the chat templates of a model do with tools. */
export interface ToolSupport {
  /** How calls are written. */
  readonly format: ToolFormat;
  /** The template itself tells the model of its tools; otherwise they are spelled out for it. */
  readonly native: boolean;
}

/**
 * Marks that templates show the model as the way to call, most telling first. Where a template has a format of another
 * kind, nothing fits.
 */
const MARKS: readonly (readonly [ToolFormat, RegExp])[] = [
  ['mistral', /\[TOOL_CALLS\]/],
  ['hermes', /<tool_call>/],
  ['llama3', /<\|start_header_id\|>.*"parameters": /s],
];

/** Calls that begin with marks of ours but are no JSON: `<function=name>`. */
const NOT_JSON = /<function=/;

/**
 * How a model is told of tools and how it writes calls. `wanted` overrides what is found in its template.
 *
 * A template that knows no tools, or writes calls in a way that nobody here reads, is not shown any: they are spelled
 * out in a system message, in the format of Hermes.
 *
 * Throws QueptError `invalid_config` for another format than that where the template knows no tools.
 */
export function toolSupport(
  { chat, toolUse }: Pick<ChatTemplates, 'chat' | 'toolUse'>,
  wanted: ToolFormat | null,
): ToolSupport {
  const source = toolUse ?? chat ?? '';
  const knowsTools = /\btools\b/.test(source);
  if (wanted !== null) {
    if (knowsTools || wanted === 'hermes') return { format: wanted, native: knowsTools };
    throw new QueptError(
      'invalid_config',
      `toolFormat: the chat template of this model has no tools, so they are spelled out in the format 'hermes', and calls in '${wanted}' would never come. Leave it out.`,
      { param: 'toolFormat' },
    );
  }
  const found = NOT_JSON.test(source) ? undefined : MARKS.find(([, mark]) => mark.test(source));
  return knowsTools && found !== undefined
    ? { format: found[0], native: true }
    : { format: 'hermes', native: false };
}
