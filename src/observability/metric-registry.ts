import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { BUCKETS } from './metric-buckets.ts';

type BucketName = keyof typeof BUCKETS;

/** Metrics of one server, in a registry of its own: two servers in one process share nothing. */
export class MetricRegistry {
  readonly registry = new Registry();

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
