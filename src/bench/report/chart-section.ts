import type { LineChart } from '../../plot/index.ts';
import type { LoadRun } from '../load/result-schema.ts';

/** Charts on one subject. */
export interface ChartSection {
  readonly title: string;
  /** What a reader must know to read them. */
  readonly note: string;
  readonly charts: readonly LineChart[];
}

/** A run with the name it has in charts. */
export interface NamedRun {
  readonly name: string;
  readonly run: LoadRun;
}

export const CHART_SIZE = { width: 500, height: 330 } as const;
