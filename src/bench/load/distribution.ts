import { z } from 'zod';
import { percentileOfSorted } from '../../numerics/index.ts';

/** How measured values are spread. */
export const DISTRIBUTION = z.object({
  count: z.int().positive(),
  mean: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
  /** Percentiles 0, 1, … 100: the course of the distribution. */
  quantiles: z.array(z.number()).length(101),
});

export type Distribution = z.infer<typeof DISTRIBUTION>;

/** Null for no values. */
export function distributionOf(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (percent: number): number => percentileOfSorted(sorted, percent / 100);
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max: at(100),
    quantiles: Array.from({ length: 101 }, (_, percent) => at(percent)),
  };
}
