import { type GenerateRequest, type Prompt, QueptError, type ServedModel } from '../../core/index.ts';
import { type ResolvedModel, resolveModel } from '../openai/resolve-model.ts';
import type { CallReading } from '../tools/call-reading.ts';
import { planTools } from '../tools/tool-plan.ts';
import { parseMessages } from './chat-messages.ts';
import type { ChatRequest, ChatStreamRequest } from './gen/quept/v1/chat_pb.ts';
import type {
  GenerateRequest as GenerateMessage,
  GenerateStreamRequest,
} from './gen/quept/v1/generate_pb.ts';
import type { GenerationOptions } from './gen/quept/v1/options_pb.ts';
import { parseOptions } from './generation-options.ts';
import { outputConstraint } from './output-format.ts';
import type { GrpcRequestContext } from './request-context.ts';
import { parseToolUse } from './tool-use.ts';

/** A request, and how its answer is read. */
export interface ParsedCall {
  readonly request: GenerateRequest;
  /** How calls are looked for; null for none. */
  readonly calls: CallReading | null;
}

/**
 * The request of `Chat` and `ChatStream`.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseChatMessage(
  message: ChatRequest | ChatStreamRequest,
  context: GrpcRequestContext,
): ParsedCall {
  const model = requireModel(context.served, message.model);
  const content = outputConstraint(message.options?.outputFormat);
  const plan = planTools(parseToolUse(message), context.served.toolFormat, content);
  const messages = parseMessages(message.messages, 'messages');
  const prompt = { kind: 'messages', messages, ...plan.prompt } as const;
  const request = {
    ...toRequest(model, prompt, message.options, context),
    ...plan.request,
    ...(plan.constraint !== null && { constraint: plan.constraint }),
  };
  return { request, calls: plan.reading };
}

/**
 * The request of `Generate` and `GenerateStream`.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseGenerateMessage(
  message: GenerateMessage | GenerateStreamRequest,
  context: GrpcRequestContext,
): ParsedCall {
  const model = requireModel(context.served, message.model);
  return { request: toRequest(model, promptOf(message), message.options, context), calls: null };
}

/** Throws QueptError `invalid_request` for no name, `model_not_found` for another model's. */
export function requireModel(served: ServedModel, name: string): ResolvedModel {
  if (name === '') throw required('model');
  return resolveModel(served, name);
}

function promptOf({ prompt }: GenerateMessage | GenerateStreamRequest): Prompt {
  switch (prompt.case) {
    case 'text':
      return { kind: 'text', text: prompt.value };
    case 'tokens':
      return { kind: 'tokens', tokens: prompt.value.ids };
    case undefined:
      throw required('prompt', "Set its 'text' or its 'tokens'.");
    default:
      return prompt satisfies never;
  }
}

function toRequest(
  model: ResolvedModel,
  prompt: Prompt,
  options: GenerationOptions | undefined,
  context: GrpcRequestContext,
): GenerateRequest {
  const { id, callId, owner, served, metadata, timeoutMs } = context;
  const parsed = parseOptions(options, { metadata, ladder: served.ladder, alias: model.config, timeoutMs });
  return { id, callId, owner, model: model.id, prompt, ...parsed };
}

/** A field that must be set and is not. */
export function required(param: string, remedy = ''): QueptError {
  return new QueptError('invalid_request', `'${param}' is required. ${remedy}`.trimEnd(), { param });
}
