import type {
  Outcomes,
  Percentiles,
  SimulationResult,
  StepOutcome,
  Sweep,
  Workload,
} from '../../simulation/index.ts';
import { formatTable } from '../text-format.ts';
import type { SimulationPlan } from './simulation-plan.ts';
import type { RunResults, SweepResults } from './simulation-run.ts';

/** What was simulated, a line each; the same for runs and sweeps. */
export function simulationHeading(
  { profile, arrivals, server }: SimulationPlan,
  workloads: readonly Workload[],
): string[] {
  const sizes = workloads.map(({ arrivals: { length }, spanMs }) => `${length} in ${seconds(spanMs)}`);
  const derived = profile.samples.filter((sample) => sample.derived === true).length;
  const clipped = workloads.map(clippedText).filter((text) => text !== null);
  return [
    `Arrivals: ${arrivals}; requests ${sizes.join(' to ')}`,
    ...(clipped.length > 0 ? [`Clipped to the context of ${server.contextLength}: ${clipped.at(-1)}`] : []),
    `Machine: ${profile.name} (${profile.machine})`,
    ...(derived > 0
      ? [`  ${derived} of the profile's ${profile.samples.length} samples are derived, not measured`]
      : []),
  ];
}

export function formatRuns(
  plan: SimulationPlan,
  { workload, results }: RunResults,
  realSeconds: number,
): string {
  const simulated = results.reduce((sum, result) => sum + result.simulatedSeconds, 0);
  return [
    ...simulationHeading(plan, [workload]),
    '',
    formatTable(runRows(results)),
    '',
    `${seconds(1000 * simulated)} simulated in ${realSeconds.toFixed(1)} s`,
  ].join('\n');
}

export function formatSweep(plan: SimulationPlan, swept: SweepResults, realSeconds: number): string {
  const { capacity, sweeps, workloads } = swept;
  return [
    ...simulationHeading(plan, workloads),
    '',
    ...sweeps.flatMap((sweep) => [sweep.policy, formatTable(sweepRows(sweep, capacity)), '']),
    formatTable([
      [
        'policy',
        'goodput90',
        'quality-weighted',
        'ladder-weighted',
        ...(capacity === null ? [] : ['by capacity']),
      ],
      ...sweeps.map(({ policy, goodput90, qualityWeightedGoodput90, ladderWeightedGoodput90 }) => [
        policy,
        goodput90.toPrecision(3),
        qualityWeightedGoodput90.toPrecision(3),
        ladderWeightedGoodput90.toPrecision(3),
        ...(capacity === null ? [] : [(goodput90 / capacity).toFixed(2)]),
      ]),
    ]),
    '',
    `Rates in requests per second; ${realSeconds.toFixed(1)} s`,
  ].join('\n');
}

function clippedText({ clippedPrompts, clippedOutputs }: Workload): string | null {
  if (clippedPrompts + clippedOutputs === 0) return null;
  return `${clippedPrompts} prompts and ${clippedOutputs} outputs were longer`;
}

type Cell = (result: SimulationResult) => string;

/** Quantities down, policies across. */
function runRows(results: readonly SimulationResult[]): string[][] {
  const tiers = [...new Set(results.flatMap(({ tiers }) => tiers.map(({ tier }) => tier)))];
  const ofTier = (name: string, tell: (outcomes: Outcomes) => string): Cell => {
    return ({ tiers }) => {
      const outcomes = tiers.find(({ tier }) => tier === name);
      return outcomes === undefined ? '-' : tell(outcomes);
    };
  };
  const rows: [string, Cell][] = [
    ['requests', ({ requests }) => String(requests)],
    ['met all targets', ({ attainment }) => percent(attainment)],
    ['met TTFT', ({ ttftAttainment }) => percent(ttftAttainment)],
    ['met TPOT', ({ tpotAttainment }) => percent(tpotAttainment)],
    ...(tiers.length > 1
      ? tiers.flatMap((tier): [string, Cell][] => [
          [`${tier}: met all targets`, ofTier(tier, ({ attainment }) => percent(attainment))],
          [`${tier}: average bits`, ofTier(tier, ({ averageBits }) => fixed(averageBits, 2))],
        ])
      : []),
    ['refused', ({ refused }) => String(refused)],
    ['failed', ({ failed }) => String(failed)],
    ['arrivals, requests/s', ({ arrivalRate }) => arrivalRate.toPrecision(3)],
    ['goodput, requests/s', ({ goodput }) => goodput.toPrecision(3)],
    ['quality-weighted', ({ qualityWeightedGoodput }) => qualityWeightedGoodput.toPrecision(3)],
    ['ladder-weighted', ({ ladderWeightedGoodput }) => ladderWeightedGoodput.toPrecision(3)],
    ['mean KL, nats', ({ meanKl }) => fixed(meanKl, 5)],
    ['average bits', ({ averageBits }) => fixed(averageBits, 2)],
    ['switches', ({ switches }) => String(switches)],
    ['switches per request-minute', (result) => result.switchesPerRequestMinute.toFixed(2)],
    ...percentileRows('TTFT', ({ ttftMs }) => ttftMs),
    ...percentileRows('TPOT', ({ tpotMs }) => tpotMs),
    ...percentileRows('ITL', ({ itlMs }) => itlMs),
    ...(results.some(({ step }) => step !== null) ? stepRows() : []),
    ['utilisation', ({ utilisation }) => percent(utilisation)],
    ['steps', ({ steps }) => String(steps)],
    ['simulated seconds', ({ simulatedSeconds }) => simulatedSeconds.toFixed(1)],
  ];
  return [
    ['', ...results.map(({ policy }) => policy)],
    ...rows.map(([name, cell]) => [name, ...results.map(cell)]),
  ];
}

function stepRows(): [string, Cell][] {
  const cell =
    (tell: (step: StepOutcome) => string): Cell =>
    ({ step }) =>
      step === null ? '-' : tell(step);
  const within = (value: number | null) => (value === null ? 'never' : value.toFixed(1));
  const phases = ['before', 'during', 'after'] as const;
  return [
    ...phases.map((phase): [string, Cell] => [
      `arrived ${phase} the rise: met all targets`,
      cell(({ attainment }) => (attainment[phase] === null ? '-' : percent(attainment[phase]))),
    ]),
    ['until TPOT P95 is within the target for good, s', cell(({ protectSeconds }) => within(protectSeconds))],
    ['longest time that it is not, s', cell(({ longestLateSeconds }) => within(longestLateSeconds))],
    ['until precision is back, s', cell(({ restoreSeconds }) => within(restoreSeconds))],
    [
      'most switches of a request in a minute',
      cell(({ mostSwitchesPerMinute }) => String(mostSwitchesPerMinute)),
    ],
    ['… and what is promised', cell(({ switchBound }) => String(switchBound))],
  ];
}

function percentileRows(
  name: string,
  of: (result: SimulationResult) => Percentiles | null,
): [string, Cell][] {
  return (['p50', 'p95', 'p99'] as const).map((key) => [
    `${name} ${key.toUpperCase()}, ms`,
    (result) => milliseconds(of(result)?.[key] ?? null),
  ]);
}

function sweepRows({ points }: Sweep, capacity: number | null): string[][] {
  const heading = [
    'rate',
    ...(capacity === null ? [] : ['by capacity']),
    'met',
    'goodput',
    'quality-weighted',
    'ladder-weighted',
    'bits',
    'switches/min',
    'TTFT P50',
    'P95',
    'P99',
    'TPOT P50',
    'P95',
    'P99',
    'refused',
  ];
  return [
    heading,
    ...points.map(({ rate, result }) => [
      rate.toPrecision(3),
      ...(capacity === null ? [] : [(rate / capacity).toFixed(2)]),
      percent(result.attainment),
      result.goodput.toPrecision(3),
      result.qualityWeightedGoodput.toPrecision(3),
      result.ladderWeightedGoodput.toPrecision(3),
      fixed(result.averageBits, 2),
      result.switchesPerRequestMinute.toFixed(2),
      ...threeTimes(result.ttftMs),
      ...threeTimes(result.tpotMs),
      String(result.refused),
    ]),
  ];
}

function threeTimes(times: Percentiles | null): string[] {
  return [times?.p50, times?.p95, times?.p99].map((ms) => milliseconds(ms ?? null));
}

function milliseconds(ms: number | null): string {
  if (ms === null) return '-';
  return ms < 100 ? ms.toFixed(1) : ms.toFixed(0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function fixed(value: number | null, digits: number): string {
  return value === null ? '-' : value.toFixed(digits);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
