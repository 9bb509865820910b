import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { BUCKETS } from './metric-buckets.ts';

type BucketName = keyof typeof BUCKETS;

/** Metrics of one server, in a registry of its own: two servers in one process share nothing. */
export class MetricRegistry {
  readonly registry = new Registry();
  readonly #beforeScrape: (() => void)[] = [];

  /** For what is asked and not told: `update` runs before every scrape. */
  onScrape(update: () => void): void {
    this.#beforeScrape.push(update);
  }

  /** All metrics in Prometheus's text format. */
  render(): Promise<string> {
    for (const update of this.#beforeScrape) update();
    return this.registry.metrics();
  }

  counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  gauge<Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    buckets: BucketName,
    ...labelNames: Label[]
  ): Histogram<Label> {
    return new Histogram({
      name,
      help,
      labelNames,
      buckets: [...BUCKETS[buckets]],
      registers: [this.registry],
    });
  }
}
