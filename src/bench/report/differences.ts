import type { BenchResult } from '../load/result-schema.ts';

/** Beside these, two runs were asked for the same. */
const FREE: readonly string[] = ['url', 'model', 'label', 'precision'];

/** What results were not measured alike by, a line each: such differences may explain what tells them apart. */
export function differences(results: readonly BenchResult[]): string[] {
  const names = [...new Set(results.flatMap(({ settings }) => Object.keys(settings)))];
  const lines = names
    .filter((name) => !FREE.includes(name))
    .flatMap((name) => {
      const values = results.map(({ settings }) => String(settings[name] ?? 'none'));
      return new Set(values).size > 1 ? [`--${name}: ${values.join(' / ')}`] : [];
    });
  const machines = new Set(results.map(({ machine }) => JSON.stringify(machine)));
  return [
    ...lines,
    ...(machines.size > 1 ? ['the machines of the load generators'] : []),
    ...results.filter(({ interrupted }) => interrupted).map(({ label }) => `${label} was interrupted`),
  ];
}
