import type { Authenticate, Clock, InferenceService } from '../../core/index.ts';
import type { Logger, Tracer } from '../../observability/index.ts';

export interface GrpcServerDependencies {
  readonly service: InferenceService;
  readonly logger: Logger;
  /** Left out: nothing is traced. */
  readonly tracer?: Tracer;
  readonly authenticate: Authenticate;
  /** Durations of calls. */
  readonly clock: Clock;
  /** Milliseconds since the epoch: deadlines are points in time. */
  readonly epochMs: () => number;
  /** A word of letters and digits, unique with every call. */
  readonly createId: () => string;
}

/** Certificates as PEM. */
export interface GrpcTls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Authorities whose certificates clients must have; null asks clients for none. */
  readonly clientAuthorities: Buffer | null;
}

export interface GrpcServerOptions {
  /** Null serves in clear text. */
  readonly tls: GrpcTls | null;
  /** Longest request message, bytes. */
  readonly maxMessageBytes: number;
  /** A call's request must have arrived by then, and a TLS handshake be over. */
  readonly requestTimeoutMs: number;
  /** A connection on which nothing happens is asked for a sign of life this often. */
  readonly keepAliveMs: number;
  /** It is closed when none comes for this long. */
  readonly keepAliveTimeoutMs: number;
  /** Calls of one connection at once; a client library queues those beyond. */
  readonly maxStreamsPerConnection: number;
  /** A client that takes nothing of its stream for this long loses it. */
  readonly stalledReaderMs: number;
  /** How often a change of readiness is looked for while a client watches. */
  readonly healthIntervalMs: number;
}

export const DEFAULT_GRPC_SERVER_OPTIONS: GrpcServerOptions = {
  tls: null,
  maxMessageBytes: 2 * 1024 * 1024,
  requestTimeoutMs: 30_000,
  keepAliveMs: 60_000,
  keepAliveTimeoutMs: 20_000,
  maxStreamsPerConnection: 1_000,
  stalledReaderMs: 60_000,
  healthIntervalMs: 250,
};
