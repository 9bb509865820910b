import type { Clock } from '../core/index.ts';
import type { LogFields, Logger } from '../observability/index.ts';

/** The one log line of a request, written when its answer has ended. */
export class AccessRecord {
  /** Logs with the request's id. */
  readonly logger: Logger;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #fields: LogFields;
  #deferred = false;
  #written = false;

  constructor(logger: Logger, clock: Clock, fields: LogFields) {
    this.logger = logger;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#fields = fields;
  }

  /** Milliseconds since the request arrived. */
  elapsedMs(): number {
    return Math.round(this.#clock.now() - this.#startedAt);
  }

  add(fields: LogFields): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  /** The answer is a stream: `finish` follows when that ends. */
  defer(): void {
    this.#deferred = true;
  }

  /** The response is known; writes the line unless the stream is still to come. */
  responded(status: number): void {
    this.add({ status });
    if (!this.#deferred) this.finish();
  }

  finish(): void {
    if (this.#written) return;
    this.#written = true;
    const fields = { ...this.#fields, duration_ms: this.elapsedMs() };
    // Probes and scrapes come every few seconds for ever; they are only of interest when looked for.
    if (/^\/(health\/|metrics$)/.test(String(this.#fields.path))) this.logger.debug(fields, 'request');
    else this.logger.info(fields, 'request');
  }
}
