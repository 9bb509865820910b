import { z } from 'zod';
import type { FunctionTool } from '../../core/index.ts';
import { type ToolChoice, type ToolUse, toolUse } from '../tools/tool-use.ts';
import {
  choiceOf,
  FUNCTION_FIELDS,
  functionType,
  PARALLEL_FIELD,
  toolChoice,
  toolList,
} from './tool-fields.ts';

/** `tools` and what belongs to it, of `/v1/responses`, where a function's fields stand beside its type. */
export const RESPONSE_TOOL_FIELDS = {
  tools: toolList(z.strictObject({ type: functionType, ...FUNCTION_FIELDS })),
  tool_choice: toolChoice(z.strictObject({ type: functionType, name: z.string() })),
  parallel_tool_calls: PARALLEL_FIELD,
};

type ResponseToolFields = z.infer<z.ZodObject<typeof RESPONSE_TOOL_FIELDS>>;

/** The tools of a response. Throws QueptError `invalid_request` naming the field. */
export function responseToolUse(fields: ResponseToolFields): ToolUse {
  const { tools, tool_choice: choice, parallel_tool_calls } = fields;
  return toolUse({
    tools: (tools ?? []).map((tool, index) => ({ path: `tools[${index}]`, ...tool })),
    choice: choiceOf(typeof choice === 'object' ? choice?.name : undefined, choice),
    parallel: parallel_tool_calls ?? null,
  });
}

/** What an answer repeats of the tools of its request. */
export interface RepeatedTools {
  readonly tools: readonly object[];
  readonly tool_choice: 'none' | 'auto' | 'required' | { readonly type: 'function'; readonly name: string };
  readonly parallel_tool_calls: boolean;
}

export function repeatedTools({ tools, choice, parallel }: ToolUse): RepeatedTools {
  return {
    tools: tools.map(repeatedTool),
    tool_choice: repeatedChoice(choice),
    parallel_tool_calls: parallel,
  };
}

function repeatedTool({ name, description, parameters, strict }: FunctionTool): object {
  return { type: 'function', name, description, parameters, strict };
}

function repeatedChoice(choice: ToolChoice): RepeatedTools['tool_choice'] {
  return choice.kind === 'function' ? { type: 'function', name: choice.name } : choice.kind;
}
