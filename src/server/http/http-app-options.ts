import type { Authenticate, Clock, InferenceService } from '../../core/index.ts';
import type { Logger, MetricsSource, Tracer } from '../../observability/index.ts';
import type { Dashboard } from './dashboard/dashboard.ts';

export interface HttpAppDependencies {
  readonly service: InferenceService;
  readonly logger: Logger;
  /** Left out: nothing is traced. */
  readonly tracer?: Tracer;
  readonly authenticate: Authenticate;
  /** Answers `/metrics`; null leaves that to another port. */
  readonly metrics: MetricsSource | null;
  /** The page at `/`; left out for none. */
  readonly dashboard?: Dashboard;
  /** Durations of requests. */
  readonly clock: Clock;
  /** `created` of answers, seconds since the epoch. */
  readonly epochSeconds: () => number;
  /** A word of letters and digits, unique with every call. */
  readonly createId: () => string;
}

export interface HttpAppOptions {
  /** Longest request body, bytes. */
  readonly maxBodyBytes: number;
  /** A stream that has nothing to say sends a comment this often. */
  readonly keepAliveMs: number;
  /** A client that takes nothing of its stream for this long loses it. */
  readonly stalledReaderMs: number;
  /** Web origins whose pages may call, `*` for all; none by default. */
  readonly corsOrigins: readonly string[];
}

export const DEFAULT_HTTP_APP_OPTIONS: HttpAppOptions = {
  maxBodyBytes: 2 * 1024 * 1024,
  keepAliveMs: 5_000,
  stalledReaderMs: 60_000,
  corsOrigins: [],
};
