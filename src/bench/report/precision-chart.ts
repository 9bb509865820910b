import type { LineChart } from '../../plot/index.ts';
import { CHART_SIZE, type NamedRun } from './chart-section.ts';

/** Share of the tokens at each precision, the best on top; null where no server told any. */
export function precisionChart(shown: readonly NamedRun[]): LineChart | null {
  const told = shown.flatMap(({ name, run: { precision } }) =>
    precision === null ? [] : [{ name, configs: precision.configs }],
  );
  if (told.length === 0) return null;
  const bits = new Map(
    told.flatMap(({ configs }) => configs.map(({ id, averageBits }) => [id, averageBits] as const)),
  );
  // Of equal bits the later rung is the better one.
  const ids = [...bits.keys()].toReversed().toSorted((a, b) => (bits.get(b) ?? 0) - (bits.get(a) ?? 0));
  return {
    title: 'Tokens by precision',
    x: { label: 'of the output tokens, percent', scale: 'linear' },
    y: { label: '', scale: 'linear' },
    rows: ids.map((id) => {
      const known = bits.get(id);
      return known == null ? id : `${id} (${known.toFixed(2)} bits)`;
    }),
    series: told.map(({ name, configs }) => {
      const total = configs.reduce((sum, { tokens }) => sum + tokens, 0);
      return {
        name,
        kind: 'bars' as const,
        points: ids.map((id, y) => {
          const x = (100 * (configs.find((config) => config.id === id)?.tokens ?? 0)) / Math.max(1, total);
          return { x, y, label: `${x.toFixed(1)} %` };
        }),
      };
    }),
    ...CHART_SIZE,
  };
}
