import type { ToolFormat } from '../../core/index.ts';

/** What stands around the JSON of calls. No mark contains its own first character twice. */
export interface CallSyntax {
  /** Announces calls. */
  readonly opening: string;
  /** The JSON may be the beginning of the answer, with nothing before it. */
  readonly bareAtStart: boolean;
  /** Calls are the items of a JSON array. */
  readonly list: boolean;
  /** Follows a call, if the model does not forget it; empty for nothing. */
  readonly closing: string;
  /** Stands between two calls behind one opening; empty where each has its own. */
  readonly separator: string;
  /** What a call's arguments are called; both names are understood. */
  readonly argumentsKey: 'arguments' | 'parameters';
}

export const CALL_SYNTAX: Readonly<Record<ToolFormat, CallSyntax>> = {
  hermes: {
    opening: '<tool_call>',
    bareAtStart: false,
    list: false,
    closing: '</tool_call>',
    separator: '',
    argumentsKey: 'arguments',
  },
  llama3: {
    opening: '<|python_tag|>',
    bareAtStart: true,
    list: false,
    closing: '',
    separator: ';',
    argumentsKey: 'parameters',
  },
  mistral: {
    opening: '[TOOL_CALLS]',
    bareAtStart: false,
    list: true,
    closing: ']',
    separator: ',',
    argumentsKey: 'arguments',
  },
};
