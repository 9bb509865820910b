export { decodeMessage } from './grpc/decode-message.ts';
export { type ErrorStatus, errorStatus } from './grpc/error-status.ts';
export {
  detokenizeFields,
  type FieldPlaces,
  generationFields,
  inMessageTerms,
  tokenizeFields,
} from './grpc/field-names.ts';
export {
  Health,
  type HealthCheckRequest,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
} from './grpc/gen/grpc/health/v1/health_pb.ts';
export {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from './grpc/gen/grpc/reflection/v1/reflection_pb.ts';
export {
  type ChatRequest,
  ChatRole,
  type ChatStreamRequest,
  ChatStreamResponseSchema,
} from './grpc/gen/quept/v1/chat_pb.ts';
export {
  type GenerateRequest as GenerateMessage,
  type GenerateStreamRequest,
  GenerateStreamResponseSchema,
} from './grpc/gen/quept/v1/generate_pb.ts';
export type { GenerationInfo } from './grpc/gen/quept/v1/generation_pb.ts';
export { InferenceService as InferenceServiceDescription } from './grpc/gen/quept/v1/inference_service_pb.ts';
export type { GetModelRequest } from './grpc/gen/quept/v1/model_pb.ts';
export type { ListPrecisionConfigsRequest } from './grpc/gen/quept/v1/precision_pb.ts';
export {
  type DetokenizeRequest,
  DetokenizeResponseSchema,
  type TokenizeRequest as TokenizeMessage,
  TokenizeResponseSchema,
} from './grpc/gen/quept/v1/tokenize_pb.ts';
export {
  type ParsedCall,
  parseChatMessage,
  parseGenerateMessage,
  requireModel,
} from './grpc/generate-requests.ts';
export { generationInfo } from './grpc/generation-info.ts';
export { type GenerationPiece, generationPieces, type PieceForm } from './grpc/generation-pieces.ts';
export { modelReply, precisionConfigsReply } from './grpc/model-replies.ts';
export type { GrpcRequestContext } from './grpc/request-context.ts';
export { parseDetokenizeMessage, parseTokenizeMessage } from './grpc/tokenize-request.ts';
export { collectChat, collectGenerate } from './grpc/whole-answers.ts';
export { keyStatusJson, serverStatusJson } from './openai/admin-json.ts';
export { CHAT_FIELDS, parseChatRequest } from './openai/chat-request.ts';
export { COMPLETION_FIELDS, parseCompletionRequest } from './openai/completion-request.ts';
export { liveSecondJson } from './openai/dashboard-json.ts';
export { decisionsJson } from './openai/decisions-json.ts';
export { openApiDocument } from './openai/document/openapi-document.ts';
export { type ErrorBody, errorBody } from './openai/error-body.ts';
export { retryHeaders } from './openai/error-headers.ts';
export { FIELDS_WITHOUT_EFFECT, MESSAGE_FIELDS_WITHOUT_EFFECT } from './openai/fields-without-effect.ts';
export type { IndexedEvent } from './openai/indexed-event.ts';
export { modelJson } from './openai/model-json.ts';
export type { ParsedRequest, RequestContext } from './openai/parsed-request.ts';
export { ladderJson, type PrecisionJson, precisionJson } from './openai/precision-json.ts';
export { type PrecisionSources, parsePrecisionWish, parsePrecisionWord } from './openai/precision-wish.ts';
export { goDuration, rateLimitHeaders } from './openai/rate-limit-headers.ts';
export { collectReply } from './openai/reply-body.ts';
export type { ReplyForm } from './openai/reply-form.ts';
export { type ReplyMeta, replyMeta } from './openai/reply-meta.ts';
export { CHAT_SHAPE, COMPLETION_SHAPE, type ReplyShape } from './openai/reply-shape.ts';
export { encodeReplyStream, type ReplyStreamOptions } from './openai/reply-stream.ts';
export { DEFAULT_MODEL_ALIAS, type ResolvedModel, resolveModel } from './openai/resolve-model.ts';
export { collectResponse } from './openai/response-body.ts';
export type { ResponseForm } from './openai/response-json.ts';
export {
  type ParsedResponseRequest,
  parseResponseRequest,
  RESPONSE_FIELDS,
} from './openai/response-request.ts';
export { ResponseStream } from './openai/response-stream.ts';
export { SSE_DONE, SSE_KEEP_ALIVE, sseData } from './openai/sse.ts';
export {
  DETOKENIZE_FIELDS,
  parseDetokenizeRequest,
  parseTokenizeRequest,
  TOKENIZE_FIELDS,
  tokenizeJson,
} from './openai/tokenize-request.ts';
export { usageJson } from './openai/usage-json.ts';
export { asSent, type SentNames } from './sent-names.ts';
export { toldParam } from './told-param.ts';
