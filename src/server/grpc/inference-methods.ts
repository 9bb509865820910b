import { create, type Message } from '@bufbuild/protobuf';
import {
  type ChatRequest,
  type ChatStreamRequest,
  ChatStreamResponseSchema,
  collectChat,
  collectGenerate,
  type DetokenizeRequest,
  DetokenizeResponseSchema,
  detokenizeFields,
  type GenerateMessage,
  type GenerateStreamRequest,
  GenerateStreamResponseSchema,
  type GetModelRequest,
  inMessageTerms,
  type ListPrecisionConfigsRequest,
  modelReply,
  parseChatMessage,
  parseDetokenizeMessage,
  parseGenerateMessage,
  parseTokenizeMessage,
  precisionConfigsReply,
  requireModel,
  type TokenizeMessage,
  TokenizeResponseSchema,
  tokenizeFields,
} from '../../protocol/index.ts';
import { countedCall } from '../counted-call.ts';
import type { StreamMethod, UnaryMethod } from './call-handlers.ts';
import { startGenerationCall } from './generation-call.ts';
import type { GrpcServerDependencies } from './grpc-server-options.ts';

/** The methods of `quept.v1.InferenceService` by name. */
export interface InferenceMethods {
  readonly unary: ReadonlyMap<string, UnaryMethod>;
  readonly streams: ReadonlyMap<string, StreamMethod>;
}

const CHAT_ID = 'chatcmpl-';
const GENERATE_ID = 'cmpl-';

/** Decode, submit, encode. The casts hold since a method gets messages of its own input type only. */
export function inferenceMethods(dependencies: GrpcServerDependencies): InferenceMethods {
  return {
    unary: new Map([
      ['Chat', chat(dependencies)],
      ['Generate', generate(dependencies)],
      ['Tokenize', tokenize(dependencies)],
      ['Detokenize', detokenize(dependencies)],
      ['GetModel', getModel(dependencies)],
      ['ListPrecisionConfigs', listPrecisionConfigs(dependencies)],
    ]),
    streams: new Map([
      ['ChatStream', chatStream(dependencies)],
      ['GenerateStream', generateStream(dependencies)],
    ]),
  };
}

function chat(dependencies: GrpcServerDependencies): UnaryMethod {
  return async (request: Message, scope, caller) => {
    const parts = { dependencies, scope, caller, idPrefix: CHAT_ID, stream: false };
    const { info, pieces } = await startGenerationCall(
      (context) => parseChatMessage(request as ChatRequest, context),
      parts,
    );
    return collectChat(info, pieces);
  };
}

function generate(dependencies: GrpcServerDependencies): UnaryMethod {
  return async (request: Message, scope, caller) => {
    const parts = { dependencies, scope, caller, idPrefix: GENERATE_ID, stream: false };
    const { info, pieces } = await startGenerationCall(
      (context) => parseGenerateMessage(request as GenerateMessage, context),
      parts,
    );
    return collectGenerate(info, pieces);
  };
}

function chatStream(dependencies: GrpcServerDependencies): StreamMethod {
  return async function* (request: Message, scope, caller) {
    const parts = { dependencies, scope, caller, idPrefix: CHAT_ID, stream: true };
    const { info, pieces } = await startGenerationCall(
      (context) => parseChatMessage(request as ChatStreamRequest, context),
      parts,
    );
    yield create(ChatStreamResponseSchema, { event: { case: 'started', value: info } });
    for await (const event of pieces) yield create(ChatStreamResponseSchema, { event });
  };
}

function generateStream(dependencies: GrpcServerDependencies): StreamMethod {
  return async function* (request: Message, scope, caller) {
    const parts = { dependencies, scope, caller, idPrefix: GENERATE_ID, stream: true };
    const { info, pieces } = await startGenerationCall(
      (context) => parseGenerateMessage(request as GenerateStreamRequest, context),
      parts,
    );
    yield create(GenerateStreamResponseSchema, { event: { case: 'started', value: info } });
    for await (const event of pieces) yield create(GenerateStreamResponseSchema, { event });
  };
}

function tokenize({ service }: GrpcServerDependencies): UnaryMethod {
  return async (request: Message, _scope, caller) => {
    try {
      const wanted = parseTokenizeMessage(request as TokenizeMessage, service.model);
      const tokens = await countedCall(caller, service.model, () => service.tokenize(wanted));
      const { contextLength } = service.model;
      return create(TokenizeResponseSchema, { tokenIds: [...tokens], contextLength });
    } catch (thrown) {
      throw inMessageTerms(thrown, tokenizeFields);
    }
  };
}

function detokenize({ service }: GrpcServerDependencies): UnaryMethod {
  return async (request: Message, _scope, caller) => {
    try {
      const tokens = parseDetokenizeMessage(request as DetokenizeRequest, service.model);
      const text = await countedCall(caller, service.model, () => service.detokenize(tokens));
      return create(DetokenizeResponseSchema, { text });
    } catch (thrown) {
      throw inMessageTerms(thrown, detokenizeFields);
    }
  };
}

function getModel({ service }: GrpcServerDependencies): UnaryMethod {
  return async (request: Message) => {
    const { model } = request as GetModelRequest;
    return modelReply(service.model, requireModel(service.model, model));
  };
}

function listPrecisionConfigs({ service }: GrpcServerDependencies): UnaryMethod {
  return async (request: Message) => {
    requireModel(service.model, (request as ListPrecisionConfigsRequest).model);
    return precisionConfigsReply(service.model);
  };
}
