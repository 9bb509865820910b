import type { Percentiles, SimulationResult } from '../../simulation/index.ts';
import { textTable } from '../engine/text-table.ts';
import type { ComparedRun } from './compare-policies.ts';

/** Live and simulated stand side by side: `live / simulated`. */
export function formatComparison(runs: readonly ComparedRun[]): string {
  const rows: readonly [string, (run: ComparedRun) => string][] = [
    ['requests', ({ live }) => String(live.result.requests)],
    both('met all targets, %', ({ attainment }) => percent(attainment)),
    ['apart, points', ({ live, simulated }) => apart(live.result.attainment, simulated.attainment)],
    both('met TTFT, %', ({ ttftAttainment }) => percent(ttftAttainment)),
    both('met TPOT, %', ({ tpotAttainment }) => percent(tpotAttainment)),
    both('refused', ({ refused }) => String(refused)),
    both('failed', ({ failed }) => String(failed)),
    both('goodput, requests/s', ({ goodput }) => goodput.toPrecision(3)),
    both('quality-weighted', ({ qualityWeightedGoodput }) => qualityWeightedGoodput.toPrecision(3)),
    both('average bits', ({ averageBits }) => (averageBits === null ? '-' : averageBits.toFixed(2))),
    both('switches', ({ switches }) => String(switches)),
    both('TTFT P50 / P95 / P99, ms', ({ ttftMs }) => three(ttftMs), ' | '),
    both('TPOT P50 / P95 / P99, ms', ({ tpotMs }) => three(tpotMs), ' | '),
    both('ITL P50 / P95 / P99, ms', ({ itlMs }) => three(itlMs), ' | '),
    ...(runs.some(({ live }) => live.result.step !== null) ? stepRows() : []),
    ['generator late, P99 ms', ({ live }) => live.generatorLagMs.toFixed(1)],
    ['prompt tokens reused', ({ live }) => String(live.cachedTokens)],
    [
      'others during the run, % of the machine',
      ({ otherLoad }) => (otherLoad === null ? '-' : percent(otherLoad)),
    ],
    [
      'targets in the middle, TTFT / TPOT, ms',
      ({ middleTargets }) => middleTargets.map((ms) => ms.toFixed(1)).join(' / '),
    ],
  ];
  return textTable(
    ['live / simulated', ...runs.map(({ policy }) => policy)],
    rows.map(([name, cell]) => [name, ...runs.map(cell)]),
  );
}

function both(
  name: string,
  tell: (result: SimulationResult) => string,
  between = ' / ',
): [string, (run: ComparedRun) => string] {
  return [name, ({ live, simulated }) => `${tell(live.result)}${between}${tell(simulated)}`];
}

function stepRows(): [string, (run: ComparedRun) => string][] {
  const seconds = (value: number | null | undefined): string => (value == null ? 'never' : value.toFixed(1));
  return [
    ...(['before', 'during', 'after'] as const).map((phase) =>
      both(`arrived ${phase} the rise: met, %`, ({ step }) => percent(step?.attainment[phase] ?? 0)),
    ),
    both('until TPOT P95 is within the target for good, s', ({ step }) => seconds(step?.protectSeconds)),
    both('longest time that it is not, s', ({ step }) => seconds(step?.longestLateSeconds)),
    both('until precision is back, s', ({ step }) => seconds(step?.restoreSeconds)),
    both('most switches of a request in a minute', ({ step }) => String(step?.mostSwitchesPerMinute)),
    both('… and what is promised', ({ step }) => String(step?.switchBound)),
  ];
}

function apart(live: number, simulated: number): string {
  return Math.abs(100 * (live - simulated)).toFixed(1);
}

function three(times: Percentiles | null): string {
  return times === null
    ? '-'
    : [times.p50, times.p95, times.p99].map((ms) => ms.toFixed(ms < 100 ? 1 : 0)).join(' / ');
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
