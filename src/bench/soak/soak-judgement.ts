import { median } from '../../numerics/index.ts';
import type { SoakSample } from './soak-sample.ts';

/** How one series behaved after the warm-up. */
export interface SoakTrend {
  readonly name: string;
  readonly unit: 'MiB' | '';
  /** The middle of the judged samples. */
  readonly level: number;
  /** By the fitted line, from the first judged sample to the last. */
  readonly growth: number;
  readonly limit: number;
  readonly flat: boolean;
}

/** Caches fill and the heap finds its size within this time; of a short run a third. */
const WARM_UP_SECONDS = 600;
/** Of the level: memory moves with what collection happens to leave. */
const MEMORY_SHARE = 0.05;
/** Connections and threads come and go with the load. */
const HANDLES = 3;
const MIB = 2 ** 20;

interface Series {
  readonly name: string;
  readonly unit: SoakTrend['unit'];
  readonly of: (sample: SoakSample) => number | null;
}

const SERIES: readonly Series[] = [
  { name: 'memory, main', unit: 'MiB', of: ({ main }) => main.residentBytes / MIB },
  { name: 'memory, engine', unit: 'MiB', of: ({ engine }) => engine.residentBytes / MIB },
  { name: 'descriptors, main', unit: '', of: ({ main }) => main.descriptors },
  { name: 'descriptors, engine', unit: '', of: ({ engine }) => engine.descriptors },
  { name: 'threads, main', unit: '', of: ({ main }) => main.threads },
  { name: 'threads, engine', unit: '', of: ({ engine }) => engine.threads },
];

/** Seconds from the start that are not judged. */
export function warmUpSeconds(samples: readonly SoakSample[]): number {
  return Math.min(WARM_UP_SECONDS, (samples.at(-1)?.seconds ?? 0) / 3);
}

/**
 * Fits a line through each series after the warm-up. It is flat when that line rises by no more than a twentieth of the
 * level for memory, by no more than three for descriptors and threads.
 */
export function judgeSoak(samples: readonly SoakSample[]): SoakTrend[] {
  const judged = samples.filter(({ seconds }) => seconds >= warmUpSeconds(samples));
  return SERIES.map(({ name, unit, of }) => {
    const points = judged.flatMap((sample) => {
      const y = of(sample);
      return y === null ? [] : [{ x: sample.seconds, y }];
    });
    const level = median(points.map(({ y }) => y));
    const growth = slope(points) * ((points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0));
    const limit = unit === 'MiB' ? MEMORY_SHARE * level : HANDLES;
    return { name, unit, level, growth, limit, flat: growth <= limit };
  });
}

/** Σ(x − x̄)(y − ȳ) / Σ(x − x̄)², the least squares' slope; 0 for fewer than two points. */
function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
