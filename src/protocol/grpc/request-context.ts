import type { ServedModel } from '../../core/index.ts';

/** What a gRPC method that generates takes from outside of its message. */
export interface GrpcRequestContext {
  /** Id of the answer, unique in this process. */
  readonly id: string;
  /** `x-request-id` of the call. */
  readonly callId: string;
  readonly owner: string;
  readonly served: ServedModel;
  /** What is left of the call's deadline, milliseconds; null without one. */
  readonly timeoutMs: number | null;
  readonly metadata: WishMetadata;
}

/** Metadata that says what the options of a request may say too; null where there is none. */
export interface WishMetadata {
  /** `x-precision`. */
  readonly precision: string | null;
  /** `x-service-tier`. */
  readonly serviceTier: string | null;
  /** `x-slo-ttft-ms`. */
  readonly ttftMs: string | null;
  /** `x-slo-tpot-ms`. */
  readonly tpotMs: string | null;
}
