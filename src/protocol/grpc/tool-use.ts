import { z } from 'zod';
import type { JsonObject } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';
import { FUNCTION_FIELDS } from '../openai/tool-fields.ts';
import { validationError } from '../openai/validation-error.ts';
import { type GivenTool, MAX_TOOLS, type ToolChoice, type ToolUse, toolUse } from '../tools/tool-use.ts';
import { type Tool, type ToolChoice as ToolChoiceMessage, ToolChoiceMode } from './gen/quept/v1/tools_pb.ts';

/** The same fields as of the HTTP API, under the same limits. */
const toolsSchema = z.object({ tools: z.array(z.object({ function: z.object(FUNCTION_FIELDS) })) });

const MODES: ReadonlyMap<ToolChoiceMode, Exclude<ToolChoice['kind'], 'function'>> = new Map([
  [ToolChoiceMode.UNSPECIFIED, 'auto'],
  [ToolChoiceMode.NONE, 'none'],
  [ToolChoiceMode.AUTO, 'auto'],
  [ToolChoiceMode.REQUIRED, 'required'],
]);

interface ToolFields {
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoiceMessage | undefined;
  readonly parallelToolCalls?: boolean | undefined;
}

/** The tools of a message. Throws QueptError `invalid_request` naming the field. */
export function parseToolUse({ tools, toolChoice, parallelToolCalls }: ToolFields): ToolUse {
  if (tools.length > MAX_TOOLS) throw invalidField('tools', `must have at most ${MAX_TOOLS} items.`);
  const body = { tools: tools.map((tool, index) => ({ function: functionOf(tool, pathOf(index)) })) };
  const parsed = toolsSchema.safeParse(body);
  if (!parsed.success) throw validationError(parsed.error, body);
  return toolUse({
    tools: parsed.data.tools.map((tool, index) => ({ path: pathOf(index), ...tool.function })),
    choice: toolChoice === undefined ? null : parseChoice(toolChoice),
    parallel: parallelToolCalls ?? null,
  });
}

function pathOf(index: number): string {
  return `tools[${index}].function`;
}

function functionOf({ kind }: Tool, path: string): Omit<GivenTool, 'path'> {
  if (kind.case === undefined) throw invalidField(path, 'is required.');
  const { name, description, parameters, strict } = kind.value;
  const schema = parameters === undefined ? null : parseSchema(parameters, `${path}.parameters`);
  return { name, description, parameters: schema, strict };
}

function parseSchema(text: string, param: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch (cause) {
    throw invalidField(param, 'must be a JSON schema as JSON text.', cause);
  }
}

function parseChoice({ choice }: ToolChoiceMessage): ToolChoice {
  switch (choice.case) {
    case undefined:
      return { kind: 'auto' };
    case 'functionName':
      return { kind: 'function', name: choice.value };
    case 'mode': {
      const kind = MODES.get(choice.value);
      if (kind !== undefined) return { kind };
      throw invalidField('tool_choice', `has mode ${choice.value}, which this server does not know.`);
    }
    default:
      return choice satisfies never;
  }
}
