import type { Conversation, GenerateRequest, OutputConstraint, ToolFormat } from '../../core/index.ts';
import { type CallWish, contentOrCalls, forcedCalls, possibleCalls } from './call-constraint.ts';
import type { CallReading } from './call-reading.ts';
import { CALL_SYNTAX } from './call-syntax.ts';
import type { ToolUse } from './tool-use.ts';

/** What tools make of a request, and of the reading of its answer. */
export interface ToolPlan {
  /** More of the prompt. */
  readonly prompt: Pick<Conversation, 'tools' | 'answerStart'>;
  /** More of the request. */
  readonly request: Pick<GenerateRequest, 'toolMarkers'>;
  /** What the answer may be; null for anything. */
  readonly constraint: OutputConstraint | null;
  /** Null where no calls are looked for. */
  readonly reading: CallReading | null;
}

/**
 * How a request with tools is made, for a model that writes calls in `format`; `content` is what an answer may be that is
 * not a call, null for anything. Where nothing may be called, the model is
 * not told of tools either. Where something must be, the prompt ends with what announces a call, and the answer is
 * constrained to be calls. Where something may be, and a function is strict, only calls are constrained.
 */
export function planTools(use: ToolUse, format: ToolFormat, content: OutputConstraint | null): ToolPlan {
  const { tools, params, choice, parallel } = use;
  if (tools.length === 0 || choice.kind === 'none') {
    return { prompt: {}, request: {}, constraint: content, reading: null };
  }
  const callable = tools
    .map((tool, index) => ({ tool, param: params[index] ?? 'tools' }))
    .filter(({ tool }) => choice.kind !== 'function' || tool.name === choice.name);
  const single = !parallel || choice.kind === 'function';
  const forced = choice.kind !== 'auto';
  const { opening, bareAtStart } = CALL_SYNTAX[format];
  const wish = { callable, format, single };
  return {
    prompt: { tools, ...(forced && !bareAtStart && { answerStart: opening }) },
    request: { toolMarkers: true },
    constraint: forced ? forcedCalls(wish) : freeAnswer(wish, content),
    reading: {
      format,
      names: new Set(callable.map(({ tool }) => tool.name)),
      parallel: !single,
      begun: forced,
    },
  };
}

/** An answer that need not call. Only what insists on a form is held to one. */
function freeAnswer(wish: CallWish, content: OutputConstraint | null): OutputConstraint | null {
  if (content !== null) return contentOrCalls(content, wish);
  return wish.callable.some(({ tool }) => tool.strict) ? possibleCalls(wish) : null;
}
