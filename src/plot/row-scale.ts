import type { AxisScale } from './axis-scale.ts';

/** An axis of named rows, each as high as the others; row i reaches from i - 0.5 to i + 0.5. */
export function createRowScale(rows: readonly string[], [start, end]: readonly [number, number]): AxisScale {
  const height = (end - start) / rows.length;
  const position = (value: number) => start + (value + 0.5) * height;
  return { position, ticks: rows.map((label, i) => ({ position: position(i), label })) };
}
