import { percentile } from '../../numerics/index.ts';
import { type ProcessSample, sampleProcess } from './process-sample.ts';
import { lagP99, type ScrapedMetrics, scrapedMetrics } from './scraped-metrics.ts';
import type { SoakLoad } from './soak-load.ts';

/** One line of samples.jsonl. What is counted is counted since the line before. */
export interface SoakSample {
  /** Since the load began. */
  readonly seconds: number;
  readonly main: ProcessSample & { readonly heapBytes: number | null };
  readonly engine: ProcessSample;
  readonly lagP99Seconds: number | null;
  readonly calls: number;
  readonly unexpected: Readonly<Record<string, number>>;
  readonly tokens: number;
  readonly switches: number;
  /** Since the start of the server. */
  readonly restarts: number;
  readonly firstMs: { readonly p50: number; readonly p99: number } | null;
}

interface Sampled {
  readonly url: URL;
  readonly pid: number;
  readonly enginePid: number;
  readonly load: SoakLoad;
}

/** Takes samples of a server under load. */
export class SoakSampler {
  readonly #sampled: Sampled;
  readonly #startedAtMs = performance.now();
  #before: ScrapedMetrics | null = null;

  constructor(sampled: Sampled) {
    this.#sampled = sampled;
  }

  /** Rejects when the server or its engine is gone. */
  async take(): Promise<SoakSample> {
    const { url, pid, enginePid, load } = this.#sampled;
    const [main, engine, response] = await Promise.all([
      sampleProcess(pid),
      sampleProcess(enginePid),
      fetch(new URL('/metrics', url)),
    ]);
    const metrics = scrapedMetrics(await response.text());
    const before = this.#before ?? metrics;
    this.#before = metrics;
    const { calls, unexpected, firstMs } = load.take();
    const first =
      firstMs.length === 0 ? null : { p50: percentile(firstMs, 0.5), p99: percentile(firstMs, 0.99) };
    return {
      seconds: (performance.now() - this.#startedAtMs) / 1000,
      main: { ...main, heapBytes: metrics.heapBytes },
      engine,
      lagP99Seconds: lagP99(before, metrics),
      calls,
      unexpected,
      tokens: metrics.tokens - before.tokens,
      switches: metrics.switches - before.switches,
      restarts: metrics.restarts,
      firstMs: first,
    };
  }
}
