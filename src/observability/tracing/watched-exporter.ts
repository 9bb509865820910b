import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Clock } from '../../core/index.ts';
import type { Logger } from '../logger.ts';

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

const TELL_EVERY_MS = 60_000;
const SUCCESS = 0;

/** Passes spans on, and tells the log when they do not arrive: at once, and then once a minute with how many were lost. */
export class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #lost = 0;

  constructor(exporter: SpanExporter, logger: Logger, clock: Clock) {
    this.#exporter = exporter;
    this.#logger = logger;
    this.#clock = clock;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (result.code !== SUCCESS) this.#failed(spans.length, result.error);
      done(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  #failed(spans: number, error: Error | undefined): void {
    this.#lost += spans;
    const nowMs = this.#clock.now();
    if (nowMs - this.#toldAtMs < TELL_EVERY_MS) return;
    // The message alone: the error holds the whole answer, and headers with keys perhaps.
    this.#logger.warn({ lost: this.#lost, reason: reasonOf(error) }, 'traces could not be sent');
    this.#toldAtMs = nowMs;
    this.#lost = 0;
  }
}

function reasonOf(error: Error | undefined): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const message = error?.message ?? '';
  return [code, message].filter((part) => part !== undefined && part !== '').join(': ') || 'unknown';
}
