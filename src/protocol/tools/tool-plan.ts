import type { Conversation, GenerateRequest, ToolFormat } from '../../core/index.ts';
import type { CallReading } from './call-reading.ts';
import { CALL_SYNTAX } from './call-syntax.ts';
import type { ToolUse } from './tool-use.ts';

/** What tools make of a request, and of the reading of its answer. */
export interface ToolPlan {
  /** More of the prompt. */
  readonly prompt: Pick<Conversation, 'tools' | 'answerStart'>;
  /** More of the request. */
  readonly request: Pick<GenerateRequest, 'toolMarkers'>;
  /** Null where no calls are looked for. */
  readonly reading: CallReading | null;
}

const NO_TOOLS: ToolPlan = { prompt: {}, request: {}, reading: null };

/**
 * How a request with tools is made, for a model that writes calls in `format`. Where nothing may be called, the model is
 * not told of tools either. Where something must be, the answer is made to begin as a call.
 */
export function planTools(use: ToolUse, format: ToolFormat): ToolPlan {
  const { tools, choice, parallel } = use;
  if (tools.length === 0 || choice.kind === 'none') return NO_TOOLS;
  const forced = choice.kind !== 'auto';
  const names = choice.kind === 'function' ? [choice.name] : tools.map(({ name }) => name);
  const { opening, bareAtStart } = CALL_SYNTAX[format];
  const single = !parallel || choice.kind === 'function';
  return {
    prompt: { tools, ...(forced && !bareAtStart && { answerStart: opening }) },
    request: { toolMarkers: true },
    reading: { format, names: new Set(names), parallel: !single, begun: forced },
  };
}
