import type {
  DecisionTrail,
  Device,
  EngineRequest,
  ErrorCode,
  GenerationEvent,
  ModelShape,
} from '../core/index.ts';
import type { DeviceReport, DeviceTransfers } from '../engine/index.ts';
import type {
  CostErrors,
  PolicyName,
  PrefixSharing,
  SchedulerSnapshot,
  StepStatistics,
  UnloadedProfile,
} from '../scheduler/index.ts';

/** All that the engine process needs to know to serve a model. */
export interface EngineSettings {
  /** Folder of the artefact. */
  readonly artefactDirectory: string;
  /** Sequences held at once. */
  readonly slots: number;
  /** Longest sequence, tokens; at most the artefact's own. */
  readonly contextLength: number;
  /** Prompt tokens per step. */
  readonly prefillChunk: number;
  readonly policy: PolicyName;
  readonly prefixSharing: PrefixSharing;
  /** Threads of one forward pass on the processor. */
  readonly threads: number;
  readonly device: Device;
  /** Bytes of device memory that may be used; null for what the device has. */
  readonly deviceMemoryBytes: number | null;
  /** Requests whose decisions are kept; 0 for none. */
  readonly decisionLog: number;
  /** File to record every view and plan in; null for none. */
  readonly record: RecordingSettings | null;
}

export interface RecordingSettings {
  readonly path: string;
  /** The recording ends before the file gets longer. */
  readonly maxBytes: number;
}

/** First message to the engine process. */
export interface StartMessage {
  readonly type: 'start';
  readonly settings: EngineSettings;
}

/** New requests and ids to cancel; at most one of these per engine step. */
export interface WorkMessage {
  readonly type: 'work';
  readonly submit: readonly EngineRequest[];
  readonly cancel: readonly string[];
}

/** Frees the model and exits; what still runs is dropped. */
export interface StopMessage {
  readonly type: 'stop';
}

/** Asks for the decisions on requests; answered by a message of the same `query`. */
export interface DecisionQuery {
  readonly type: 'decision-query';
  readonly query: number;
  readonly ids: readonly string[];
}

/** Asks for a sign of life; answered by a pong between two steps. */
export interface PingMessage {
  readonly type: 'ping';
}

export type ToEngine = StartMessage | WorkMessage | StopMessage | DecisionQuery | PingMessage;

/** The model is loaded and the step loop runs. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly shape: ModelShape;
  readonly device: DeviceReport;
  /** Measured at the start of this process. */
  readonly profile: UnloadedProfile;
  /** Predicted. */
  readonly longestStepMs: number;
}

/** What happened since the step message before, for metrics. */
export interface EngineStatistics extends StepStatistics {
  readonly cost: {
    readonly errors: CostErrors;
    readonly slowness: number;
    /** Of the longest step that can be planned, as predicted now. */
    readonly longestStepMs: number;
  };
  readonly transfers: DeviceTransfers;
}

/** A request whose prompt has begun to run, with so many tokens of it reused. */
export interface ReusedPrompt {
  readonly requestId: string;
  readonly tokens: number;
}

/** All events of one step. Also answers a work message that led to no step. */
export interface StepMessage {
  readonly type: 'step';
  readonly events: readonly GenerationEvent[];
  readonly reused: readonly ReusedPrompt[];
  readonly snapshot: SchedulerSnapshot;
  readonly statistics: EngineStatistics;
}

/** Null for a request of which nothing is kept. */
export interface DecisionAnswer {
  readonly type: 'decision-answer';
  readonly query: number;
  readonly trails: readonly (DecisionTrail | null)[];
}

/** The engine cannot go on and exits. `message` is for the operator, not for clients. */
export interface FatalMessage {
  readonly type: 'fatal';
  readonly code: ErrorCode;
  readonly message: string;
}

export interface PongMessage {
  readonly type: 'pong';
}

export type FromEngine = ReadyMessage | StepMessage | DecisionAnswer | PongMessage | FatalMessage;
