/** A quantity of a run, and how it reads. */
export interface Metric<Run> {
  readonly name: string;
  /** Null where it was not measured. */
  readonly value: (run: Run) => number | null;
  readonly format: (value: number) => string;
  /** Whether a ratio of two runs means something. */
  readonly compared: boolean;
  /** What it is about. */
  readonly group: string;
  /** Whether it is among the first to look at. */
  readonly key: boolean;
}

/** Rows of text under a heading, for a terminal or a page alike. */
export interface MetricTable {
  readonly title: string;
  /** The first names the rows. */
  readonly columns: readonly string[];
  readonly groups: readonly { readonly name: string; readonly rows: readonly (readonly string[])[] }[];
}

/** Rows of metrics, by what they are about. */
export function groupedRows<Run>(
  metrics: readonly Metric<Run>[],
  rowOf: (metric: Metric<Run>) => readonly string[],
): MetricTable['groups'] {
  const names = [...new Set(metrics.map(({ group }) => group))];
  return names.map((name) => ({
    name,
    rows: metrics.filter(({ group }) => group === name).map(rowOf),
  }));
}

export const NOTHING = '-';

export function cell<Run>({ value, format }: Metric<Run>, run: Run | null): string {
  const measured = run === null ? null : value(run);
  return measured === null ? NOTHING : format(measured);
}

/** A value by that of the first run: `1.25 ×`. */
export function ratioCell<Run>({ value, compared }: Metric<Run>, run: Run | null, first: Run | null): string {
  const [measured, base] = [run, first].map((one) => (one === null ? null : value(one)));
  if (!compared || measured == null || base == null || base === 0) return NOTHING;
  return `${(measured / base).toPrecision(3)} ×`;
}

export const asCount = (value: number): string => String(Math.round(value));
export const asRate = (value: number): string =>
  value === 0 ? '0' : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
export const asMs = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
export const asPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const asBits = (bits: number): string => bits.toFixed(2);
