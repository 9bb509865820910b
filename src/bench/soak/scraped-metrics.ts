/** A scrape of the server's metrics, as far as a soak looks at them. */
export interface ScrapedMetrics {
  readonly tokens: number;
  readonly restarts: number;
  readonly switches: number;
  /** Of the main thread's heap; null where the server does not tell. */
  readonly heapBytes: number | null;
  /** Cumulative counts of event-loop lag, by upper bound in seconds, in order. */
  readonly lag: readonly (readonly [bound: number, count: number])[];
}

export function scrapedMetrics(text: string): ScrapedMetrics {
  const series = [...text.matchAll(/^(\w[\w:]*)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels, value]) => ({
    name,
    labels: labels ?? '',
    value: Number(value),
  }));
  const of = (wanted: string) => series.filter(({ name }) => name === wanted);
  const sum = (wanted: string) => of(wanted).reduce((total, { value }) => total + value, 0);
  return {
    tokens: sum('vllm:generation_tokens_total'),
    restarts: sum('quept_engine_restarts_total'),
    switches: sum('quept_precision_switches_total'),
    heapBytes: of('nodejs_heap_size_used_bytes')[0]?.value ?? null,
    lag: of('quept_event_loop_lag_seconds_bucket').map(({ labels, value }) => {
      const bound = /le="([^"]+)"/.exec(labels)?.[1] ?? '';
      return [bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), value];
    }),
  };
}

/**
 * Upper bound in seconds of the bucket that holds the 99th percentile of the lag between two scrapes; null where nothing
 * was measured. Beyond the last bound it is that bound.
 */
export function lagP99(before: ScrapedMetrics, after: ScrapedMetrics): number | null {
  const counts = after.lag.map(([bound, count], i) => [bound, count - (before.lag[i]?.[1] ?? 0)] as const);
  const total = counts.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const found = counts.findIndex(([, count]) => count >= 0.99 * total);
  const bounds = counts.map(([bound]) => bound).filter(Number.isFinite);
  return bounds[Math.min(found, bounds.length - 1)] ?? null;
}
