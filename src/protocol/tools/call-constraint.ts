import type { FunctionTool, OutputConstraint, ToolFormat } from '../../core/index.ts';
import { CALL_SYNTAX } from './call-syntax.ts';

/** Calls that one answer is made to hold at most. */
const MAX_FORCED_CALLS = 8;

/** What may be called, and the field that holds its schema. */
export interface CallableTool {
  readonly tool: FunctionTool;
  readonly param: string;
}

/**
 * An answer that is calls and nothing else, behind what announces them (`CallSyntax.opening`), in the words of the
 * model's own format.
 *
 * @param single one call; otherwise one to `MAX_FORCED_CALLS`
 */
export function callConstraint(
  callable: readonly CallableTool[],
  format: ToolFormat,
  single: boolean,
): OutputConstraint {
  const { opening, closing, list, separator, argumentsKey } = CALL_SYNTAX[format];
  const options = callable.map((each) => oneCall(each, argumentsKey));
  const call: OutputConstraint =
    options.length === 1 && options[0] ? options[0] : { kind: 'choice', options };
  // Behind one opening calls follow a separator; where each has its own, it and the closing stand between them.
  const between = separator === '' ? `\n${closing}\n${opening}\n` : `${separator} `;
  const calls: OutputConstraint = single
    ? call
    : { kind: 'repeat', part: call, separator: between, min: 1, max: MAX_FORCED_CALLS };
  if (list) return sequence(text('['), calls, text(']'));
  return format === 'hermes' ? sequence(text('\n'), calls) : calls;
}

function oneCall({ tool, param }: CallableTool, argumentsKey: string): OutputConstraint {
  const name = JSON.stringify(tool.name);
  return sequence(
    text(`{"name": ${name}, "${argumentsKey}": `),
    { kind: 'json_schema', schema: tool.parameters, param },
    text('}'),
  );
}

const text = (content: string): OutputConstraint => ({ kind: 'text', text: content });
const sequence = (...parts: OutputConstraint[]): OutputConstraint => ({ kind: 'sequence', parts });
