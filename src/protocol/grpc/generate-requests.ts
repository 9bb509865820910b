import type { ServedModel } from '../../core/index.ts';
import { expandChoices } from '../openai/choices.ts';
import type { ParsedRequest } from '../openai/parsed-request.ts';
import { type ResolvedModel, resolveModel } from '../openai/resolve-model.ts';
import { planTools } from '../tools/tool-plan.ts';
import { parseMessages } from './chat-messages.ts';
import type { ChatRequest, ChatStreamRequest } from './gen/quept/v1/chat_pb.ts';
import type {
  GenerateRequest as GenerateMessage,
  GenerateStreamRequest,
} from './gen/quept/v1/generate_pb.ts';
import { parseOptions } from './generation-options.ts';
import { outputConstraint } from './output-format.ts';
import { parseMessagePrompts } from './prompts.ts';
import type { GrpcRequestContext } from './request-context.ts';
import { required } from './required.ts';
import { parseToolUse } from './tool-use.ts';

/** A valid request: whether it is streamed is the method's to say. */
export type ParsedCall = Pick<ParsedRequest, 'requests' | 'n' | 'echo' | 'calls' | 'names'>;

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
  const own = { constraint: plan.constraint, echo: false };
  const { common, n, names } = parseOptions(message.options, model, context, own);
  const prompt = { kind: 'messages', messages, ...plan.prompt } as const;
  const requests = expandChoices(context.id, [prompt], n, { ...common, ...plan.request });
  return { requests, n, echo: false, calls: plan.reading, names };
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
  const { options, echo } = message;
  const model = requireModel(context.served, message.model);
  const own = { constraint: outputConstraint(options?.outputFormat), echo };
  const { common, n, names } = parseOptions(options, model, context, own);
  const requests = expandChoices(context.id, parseMessagePrompts(message), n, common);
  return { requests, n, echo, calls: null, names };
}

/** Throws QueptError `invalid_request` for no name, `model_not_found` for another model's. */
export function requireModel(served: ServedModel, name: string): ResolvedModel {
  if (name === '') throw required('model');
  return resolveModel(served, name);
}
