import type { ErrorCode, FinishReason, ServedModel, ServiceLevel, ServiceTier } from '../core/index.ts';

/** A bound of admission that a request ran into. */
export type OverloadLimit = 'waiting_requests' | 'tier_share' | 'work_tokens';

/** Why a request was refused before it was accepted. */
export type RefusalReason = Exclude<ErrorCode, 'overloaded'> | OverloadLimit;

/** Why an engine had to be replaced: it ended by itself, it hung, or its model did not load in time. */
export type RestartReason = 'crash' | 'hang' | 'load_timeout';

/** A target of a request; `all` is both at once. */
export type Slo = 'ttft' | 'tpot' | 'all';

export type StepPhase = 'prefill' | 'decode';

/** The engine after a step. */
export interface EngineState {
  readonly running: number;
  readonly waiting: number;
  /** Share of the memory for keys and values that is in use, 0 to 1. */
  readonly kvUsage: number;
  /** Running requests whose newest token ran below the best precision that they admit. */
  readonly belowCeiling: Readonly<Record<ServiceTier, number>>;
}

/** Parts of device memory, and how much there may be of all; 0 where nobody knows. */
export const DEVICE_MEMORY_KINDS = ['weights', 'cache', 'work', 'budget'] as const;

/** What a model runs on. */
export type DeviceUse =
  | { readonly kind: 'cpu' }
  | {
      readonly kind: 'webgpu';
      /** Bytes. */
      readonly memory: Readonly<Record<(typeof DEVICE_MEMORY_KINDS)[number], number>>;
    };

/** How well step times are predicted. */
export interface PredictionState {
  /** Mean of |predicted − measured| / measured over the last steps; null before there was one. */
  readonly errorRatio: Readonly<Record<StepPhase, number | null>>;
  /** How many times slower the machine is than its cost weights say. */
  readonly slowness: number;
}

/** One pass of the model. */
export interface StepTime {
  readonly phase: StepPhase;
  /** Id of the precision config. */
  readonly config: string;
  readonly seconds: number;
  /** By what was predicted, with what came before it since the pass before; null where nothing was predicted. */
  readonly byPrediction: number | null;
}

/** Where the time of an ended request went; null for a phase it never reached. */
export interface PhaseSeconds {
  readonly queue: number;
  readonly prefill: number | null;
  readonly decode: number | null;
}

/**
 * Where the server tells what an operator may want to count. Calls are synchronous, cheap enough for every token, and
 * never throw. Labels come from small fixed sets: tiers, configs of the ladder, codes; never from clients.
 */
export interface ServingMetrics {
  /** To be called once, before the first scrape. */
  serving(model: ServedModel): void;
  /** To be called once; `ready` is asked at every scrape. */
  readiness(ready: () => boolean): void;
  engineState(state: EngineState): void;
  engineRestarted(reason: RestartReason): void;
  /** Null while there is no engine. */
  deviceInUse(use: DeviceUse | null): void;
  /** Bytes passed between host and device. */
  deviceTransferred(uploadedBytes: number, downloadedBytes: number): void;
  predictionState(state: PredictionState): void;
  stepRan(step: StepTime): void;
  /** A token ran at another config than the one before it in the same answer. */
  precisionSwitched(from: string, to: string, reason: string): void;
  preempted(requests: number): void;
  /** Tokens of prompts that were looked up in the prefix cache, and how many of them were found. */
  prefixLookedUp(queriedTokens: number, hitTokens: number): void;
  phaseTimes(times: PhaseSeconds): void;
  /** The first token of an answer left, so long after its request arrived. */
  firstToken(promptTokens: number, seconds: number, level: ServiceLevel): void;
  /** A token left; `seconds` after the one before it, null for a first one. */
  tokenServed(config: string, seconds: number | null, level: ServiceLevel): void;
  /** A request ended by itself or was cancelled, so long after it arrived. */
  requestFinished(reason: FinishReason, seconds: number): void;
  requestFailed(code: ErrorCode): void;
  requestRefused(reason: RefusalReason): void;
  /** What an answer was served at, averaged over its tokens. */
  precisionServed(tier: ServiceTier, averageBits: number): void;
  sloJudged(tier: ServiceTier, slo: Slo, met: boolean): void;
  eventLoopLag(seconds: number): void;
}
