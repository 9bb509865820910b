export type { KeyAdministration, KeyStatus, ServerStatus } from './administration.ts';
export { type FusedMatrix, fusedMatrices, type ModelArchitecture, type RopeConfig } from './architecture.ts';
export {
  type Allowance,
  type Authenticate,
  type Caller,
  type Credentials,
  KEY_SCOPES,
  type KeyScope,
  type Permit,
  type RateLimits,
} from './caller.ts';
export type { Clock } from './clock.ts';
export type { Decision, DecisionTrail, RequestDecisions } from './decision.ts';
export { DEVICES, type Device } from './device.ts';
export { ERROR_TABLE, type ErrorCode, QueptError, toPublicError } from './errors.ts';
export type {
  ChatMessage,
  Conversation,
  EngineRequest,
  FailedEvent,
  FinishedEvent,
  FinishReason,
  GenerateRequest,
  GenerationEvent,
  LogprobsWish,
  PositionLogprobs,
  Prompt,
  SamplingParams,
  TokenEvent,
  TokenLogprob,
  Usage,
} from './generation.ts';
export {
  type Generation,
  type InferenceService,
  type Readiness,
  type ServedModel,
  splitModelAlias,
  type TokenizeRequest,
} from './inference-service.ts';
export { nestsDeeper } from './json-depth.ts';
export type {
  LiveFigures,
  LiveFirstTokens,
  LivePace,
  LivePasses,
  LiveSecond,
  LiveSwitches,
} from './live-figures.ts';
export type { ModelRunner, ModelShape, StepBatch, StepOutput, StepRow } from './model-runner.ts';
export type {
  JsonSchema,
  OutputConstrainer,
  OutputConstraint,
  OutputGrammar,
  OutputMatcher,
} from './output-constraint.ts';
export {
  formatPrecisionRange,
  type Ladder,
  type PrecisionConfig,
  type PrecisionRange,
  type PrecisionReport,
  type PrecisionWish,
  reportPrecision,
  resolvePrecision,
} from './precision.ts';
export {
  type Deadlines,
  NO_OWNER,
  SERVICE_TIERS,
  type ServiceLevel,
  type ServiceTier,
  type ServiceWish,
  WITHOUT_TARGETS,
} from './service-level.ts';
export type { TextDecoder, TextStream } from './text-decoder.ts';
export { scaledToTier, tierTargets, type UnloadedTimes } from './tier-targets.ts';
export {
  type FunctionTool,
  type JsonObject,
  TOOL_FORMATS,
  TOOL_MARKERS,
  type ToolCall,
  type ToolFormat,
} from './tools.ts';
export { parseTraceContext, type TraceContext } from './trace-context.ts';
export { modelVectors, type WeightSource } from './weight-source.ts';
export { within } from './within.ts';
