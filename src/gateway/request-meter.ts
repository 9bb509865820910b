import type {
  Clock,
  FailedEvent,
  FinishedEvent,
  GenerationEvent,
  Ladder,
  ServiceLevel,
  TokenEvent,
} from '../core/index.ts';
import type { ServingMetrics } from '../observability/index.ts';

export interface RequestMeterOptions {
  readonly metrics: ServingMetrics;
  readonly clock: Clock;
  readonly ladder: Ladder;
  /** When the request reached the service, on the clock. */
  readonly arrivedAtMs: number;
  readonly level: ServiceLevel;
  readonly promptTokens: number;
}

/** Measures one accepted request where its client would: from its arrival, by when its events leave the engine. */
export class RequestMeter {
  readonly #options: RequestMeterOptions;
  #firstAtMs: number | null = null;
  #lastAtMs: number | null = null;
  #tokens = 0;

  constructor(options: RequestMeterOptions) {
    this.#options = options;
  }

  /** To be told of every event, in order. */
  observe(event: GenerationEvent): void {
    switch (event.type) {
      case 'token':
        this.#token(event);
        break;
      case 'finished':
        this.#finished(event);
        break;
      case 'failed':
        this.#failed(event);
        break;
      default:
        event satisfies never;
    }
  }

  #token({ rung }: TokenEvent): void {
    const { metrics, ladder, level, promptTokens } = this.#options;
    const nowMs = this.#options.clock.now();
    if (this.#firstAtMs === null) {
      this.#firstAtMs = nowMs;
      metrics.firstToken(promptTokens, this.#sinceArrivalMs(nowMs) / 1000, level);
    }
    const gap = this.#lastAtMs === null ? null : (nowMs - this.#lastAtMs) / 1000;
    metrics.tokenServed(ladder[rung]?.id ?? 'unknown', gap, level);
    this.#lastAtMs = nowMs;
    this.#tokens++;
  }

  #finished({ reason, precision }: FinishedEvent): void {
    const { metrics, level, clock } = this.#options;
    const nowMs = clock.now();
    metrics.requestFinished(reason, this.#sinceArrivalMs(nowMs) / 1000);
    if (this.#tokens > 0) metrics.precisionServed(level.tier, precision.averageBits);
    if (reason === 'cancelled') this.#judgeCancelled(nowMs);
    else this.#judge(this.#meetsTtft(nowMs), this.#meetsTpot());
  }

  #failed({ code }: FailedEvent): void {
    const { metrics, level, clock } = this.#options;
    metrics.requestFailed(code);
    const ttft = this.#firstAtMs !== null && this.#meetsTtft(clock.now());
    metrics.sloJudged(level.tier, 'ttft', ttft);
    metrics.sloJudged(level.tier, 'tpot', false);
    metrics.sloJudged(level.tier, 'all', false);
  }

  #judge(ttft: boolean, tpot: boolean): void {
    const { metrics, level } = this.#options;
    metrics.sloJudged(level.tier, 'ttft', ttft);
    metrics.sloJudged(level.tier, 'tpot', tpot);
    metrics.sloJudged(level.tier, 'all', ttft && tpot);
  }

  /**
   * Who went away may have done so because the answer was late: what had been missed by then counts. What had not was
   * still open, and counts for nothing.
   */
  #judgeCancelled(nowMs: number): void {
    const { metrics, level } = this.#options;
    const [ttft, tpot] = [this.#meetsTtft(nowMs), this.#meetsTpot()];
    if (!ttft) metrics.sloJudged(level.tier, 'ttft', false);
    if (!tpot) metrics.sloJudged(level.tier, 'tpot', false);
    if (!ttft || !tpot) metrics.sloJudged(level.tier, 'all', false);
  }

  /** An answer without a token is judged by its end. */
  #meetsTtft(nowMs: number): boolean {
    return this.#sinceArrivalMs(this.#firstAtMs ?? nowMs) <= this.#options.level.ttftMs;
  }

  #meetsTpot(): boolean {
    if (this.#firstAtMs === null || this.#lastAtMs === null || this.#tokens < 2) return true;
    return (this.#lastAtMs - this.#firstAtMs) / (this.#tokens - 1) <= this.#options.level.tpotMs;
  }

  #sinceArrivalMs(nowMs: number): number {
    return nowMs - this.#options.arrivedAtMs;
  }
}
