/**
 * How a model writes down a call of a function:
 *
 * - `hermes`: `<tool_call>{"name": …, "arguments": {…}}</tool_call>`, as Hermes and Qwen models do;
 * - `llama3`: the answer is `{"name": …, "parameters": {…}}`, perhaps behind `<|python_tag|>`;
 * - `mistral`: `[TOOL_CALLS] [{"name": …, "arguments": {…}}, …]`.
 */
export type ToolFormat = 'hermes' | 'llama3' | 'mistral';

export const TOOL_FORMATS = ['hermes', 'llama3', 'mistral'] as const satisfies readonly ToolFormat[];

/** Special tokens that stand around calls. They are no part of an answer's text unless calls are looked for. */
export const TOOL_MARKERS = ['<tool_call>', '</tool_call>', '<|python_tag|>', '[TOOL_CALLS]'] as const;

/** A value as JSON has it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A function that the model may ask to be called. */
export interface FunctionTool {
  readonly name: string;
  /** Empty for none. */
  readonly description: string;
  /** JSON schema of the arguments, an object. */
  readonly parameters: JsonObject;
  /** Whether calls must match the schema. */
  readonly strict: boolean;
}

/** A call that the model asked for, in a message of the conversation. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, which may be broken. */
  readonly arguments: string;
}
