import type { Clock } from '../../core/index.ts';
import type { Logger } from '../logger.ts';

export interface TracerOptions {
  /** Base address of an OTLP collector, `http://127.0.0.1:4318` say; null traces nothing. */
  readonly endpoint: string | null;
  /** Share of traces that are kept, of those that begin here; the others are as their callers decided. */
  readonly sampleRatio: number;
  readonly serviceVersion: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly epochMs: () => number;
}
