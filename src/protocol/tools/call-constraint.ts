import type { FunctionTool, OutputConstraint, ToolFormat } from '../../core/index.ts';
import { CALL_SYNTAX, type CallSyntax } from './call-syntax.ts';
import { closedSchema } from './closed-schema.ts';

/** Calls that one answer is made to hold at most. */
const MAX_FORCED_CALLS = 8;

/** What may be called, and the field that holds its schema. */
export interface CallableTool {
  readonly tool: FunctionTool;
  readonly param: string;
}

/** What calls there may be. */
export interface CallWish {
  readonly callable: readonly CallableTool[];
  readonly format: ToolFormat;
  /** One call at most. */
  readonly single: boolean;
}

/**
 * An answer that is calls and nothing else, behind what announces them (`CallSyntax.opening`), in the words of the
 * model's own format.
 */
export function forcedCalls({ callable, format, single }: CallWish): OutputConstraint {
  const syntax = CALL_SYNTAX[format];
  const { opening, closing, separator } = syntax;
  const call = anyCall(callable, syntax);
  // Behind one opening calls follow a separator; where each has its own, it and the closing stand between them.
  const between = separator === '' ? `\n${closing}\n${opening}\n` : `${separator} `;
  return inList(syntax, single ? call : repeat(call, between, 1, MAX_FORCED_CALLS));
}

/** An answer that is either calls or content of a given form. */
export function contentOrCalls(content: OutputConstraint, wish: CallWish): OutputConstraint {
  const { opening, bareAtStart } = CALL_SYNTAX[wish.format];
  const calls = forcedCalls(wish);
  return choice(content, bareAtStart ? calls : sequence(announcement(opening), calls));
}

/**
 * An answer that may be anything, but for its calls, which are of these functions and as their schemas have it. Behind
 * a call that must stay the only one it ends.
 */
export function possibleCalls({ callable, format, single }: CallWish): OutputConstraint {
  const syntax = CALL_SYNTAX[format];
  const { opening, separator, bareAtStart } = syntax;
  const call = anyCall(callable, syntax);
  const calls = inList(syntax, single || separator === '' ? call : repeat(call, `${separator} `, 1, null));
  const announced = sequence(
    choice(text(opening), { kind: 'special', name: opening }),
    optionalSpace(),
    calls,
  );
  const more = single
    ? choice(text(''), announced)
    : repeat(sequence(announced, prose(opening)), '', 0, null);
  if (!bareAtStart) return sequence(prose(opening), more);
  return choice(calls, sequence(prose(opening, '{ \n\r\t'), more));
}

function anyCall(callable: readonly CallableTool[], { argumentsKey }: CallSyntax): OutputConstraint {
  return choice(...callable.map((each) => oneCall(each, argumentsKey)));
}

function oneCall({ tool, param }: CallableTool, argumentsKey: string): OutputConstraint {
  const { name, parameters, strict } = tool;
  // A client that does not insist on its schema is not refused for what of it cannot be enforced.
  const args: OutputConstraint = strict
    ? { kind: 'json_schema', schema: parameters, param }
    : { kind: 'json_schema', schema: closedSchema(parameters), param, lenient: true };
  return sequence(text(`{"name": ${JSON.stringify(name)}, "${argumentsKey}": `), args, text('}'));
}

/** Calls between their brackets, or where they have none, on a line of their own if they have tags. */
function inList({ list, bareAtStart }: CallSyntax, calls: OutputConstraint): OutputConstraint {
  if (list) return sequence(text('['), calls, text(']'));
  return bareAtStart ? calls : sequence(text('\n'), calls);
}

/** As text or as the special token of that name, whichever the model knows. */
function announcement(opening: string): OutputConstraint {
  return choice(text(opening), { kind: 'special', name: opening });
}

const text = (content: string): OutputConstraint => ({ kind: 'text', text: content });
const sequence = (...parts: OutputConstraint[]): OutputConstraint => ({ kind: 'sequence', parts });
const choice = (...options: OutputConstraint[]): OutputConstraint => ({ kind: 'choice', options });
const optionalSpace = (): OutputConstraint => choice(text(''), text(' '));
const prose = (without: string, notFirst = ''): OutputConstraint => ({ kind: 'prose', without, notFirst });
const repeat = (
  part: OutputConstraint,
  separator: string,
  min: number,
  max: number | null,
): OutputConstraint => ({ kind: 'repeat', part, separator, min, max });
