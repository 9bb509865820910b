import {
  type BenchResult,
  hostFacts,
  type LoadTarget,
  type MetricTable,
  RESULT_FORMAT,
  RESULT_VERSION,
  resultText,
  type ServerFacts,
} from '../../bench/index.ts';
import { packageVersion } from '../package-version.ts';
import { formatTable } from '../text-format.ts';
import type { BenchFlags } from './bench-flags.ts';

interface TestFacts {
  readonly target: LoadTarget;
  readonly facts: ServerFacts;
  readonly createdAt: Date;
  readonly interrupted: boolean;
  /** Beside those that all tests have. */
  readonly settings: BenchResult['settings'];
}

/** What a result says of how it came about. */
export function describeTest(
  flags: BenchFlags,
  { target, facts, createdAt, interrupted, settings }: TestFacts,
): Omit<BenchResult, 'kind' | 'runs' | 'targets'> {
  return {
    format: RESULT_FORMAT,
    version: RESULT_VERSION,
    label: flags.label ?? facts.model,
    createdAt: createdAt.toISOString(),
    toolVersion: packageVersion(),
    interrupted,
    target: {
      url: target.base.href,
      model: facts.model,
      contextLength: facts.contextLength,
      ladder: facts.ladder === null ? null : facts.ladder.map((rung) => ({ ...rung })),
    },
    machine: hostFacts(),
    settings: {
      ...settings,
      seconds: flags.seconds,
      warmup: flags.warmup,
      timeout: flags.timeout,
      temperature: flags.temperature,
      precision: flags.precision ?? null,
      'ignore-eos': flags.ignoreEos,
      seed: flags.seed,
    },
  };
}

/** Results as a terminal shows them. */
export function formatResults(results: readonly BenchResult[]): string {
  const { heading, tables, closing } = resultText(results);
  return [
    ...heading,
    ...tables.flatMap((table) => ['', ...formatMetricTable(table, tables.length > 1)]),
    ...(closing.length > 0 ? ['', ...closing] : []),
  ].join('\n');
}

function formatMetricTable({ title, columns, groups }: MetricTable, isTitled: boolean): string[] {
  return [...(isTitled ? [title] : []), formatTable([columns, ...groups.flatMap(({ rows }) => rows)])];
}
