import { type FunctionTool, type JsonObject, nestsDeeper } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';

/** Most functions of a request. */
export const MAX_TOOLS = 128;
/** What a function may be called. */
export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
export const LONGEST_DESCRIPTION = 16_384;
const MAX_SCHEMA_CHARACTERS = 65_536;
const MAX_SCHEMA_DEPTH = 32;
/** Of a function whose parameters are left out. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} };

/** Whether the model may or must call, and what. */
export type ToolChoice =
  | { readonly kind: 'none' | 'auto' | 'required' }
  | { readonly kind: 'function'; readonly name: string };

/** What a request says of tools. */
export interface ToolUse {
  /** Unique names; none where nothing may be called. */
  readonly tools: readonly FunctionTool[];
  /** Fields that hold the schemas of `tools`, for errors. */
  readonly params: readonly string[];
  readonly choice: ToolChoice;
  /** Whether there may be more than one call in an answer. */
  readonly parallel: boolean;
}

/** A function as a transport has read it; null and undefined are left out. */
export interface GivenTool {
  /** Name of its field, for messages. */
  readonly path: string;
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly parameters?: JsonObject | null | undefined;
  readonly strict?: boolean | null | undefined;
}

/** What a transport has read of tools. */
interface GivenToolUse {
  readonly tools: readonly GivenTool[];
  readonly choice: ToolChoice | null;
  readonly parallel: boolean | null;
}

/**
 * The tools of a request, checked.
 *
 * Throws QueptError `invalid_request` naming the field: a name that is given twice, a schema that is too large or of
 * no object, a choice of a function that is not there.
 */
export function toolUse({ tools, choice, parallel }: GivenToolUse): ToolUse {
  const names = new Set<string>();
  const checked = tools.map((tool) => {
    if (names.has(tool.name)) {
      throw invalidField(`${tool.path}.name`, `is '${tool.name}' again. Names of functions must differ.`);
    }
    names.add(tool.name);
    return functionTool(tool);
  });
  if (choice !== null) checkChoice(choice, names);
  return {
    tools: checked,
    params: tools.map(({ path }) => `${path}.parameters`),
    choice: choice ?? { kind: 'auto' },
    parallel: parallel ?? true,
  };
}

function functionTool({ path, name, description, parameters, strict }: GivenTool): FunctionTool {
  if (parameters != null) checkSchema(parameters, `${path}.parameters`);
  return {
    name,
    description: description ?? '',
    parameters: parameters ?? NO_PARAMETERS,
    strict: strict ?? false,
  };
}

function checkSchema(schema: JsonObject, param: string): void {
  if (schema.type !== undefined && schema.type !== 'object') {
    throw invalidField(param, "must be a JSON schema of type 'object': arguments have names.");
  }
  if (nestsDeeper(schema, MAX_SCHEMA_DEPTH)) {
    throw invalidField(param, `is nested more than ${MAX_SCHEMA_DEPTH} levels deep.`);
  }
  const { length } = JSON.stringify(schema);
  if (length > MAX_SCHEMA_CHARACTERS) {
    throw invalidField(
      param,
      `has ${length} characters of JSON; at most ${MAX_SCHEMA_CHARACTERS} are taken.`,
    );
  }
}

function checkChoice(choice: ToolChoice, names: ReadonlySet<string>): void {
  if (choice.kind === 'function' && !names.has(choice.name)) {
    throw invalidField('tool_choice', `names '${choice.name.slice(0, 64)}', which is none of 'tools'.`);
  }
  if (choice.kind === 'required' && names.size === 0) {
    throw invalidField('tool_choice', "asks for a call, but there are no 'tools'.");
  }
}
