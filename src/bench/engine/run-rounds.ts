import { median } from '../../numerics/index.ts';
import type { BenchOptions } from './bench-options.ts';
import type { BenchResults, RegroupSeries, StepSeries, SwitchSeries } from './bench-results.ts';
import type { BenchBits } from './contender-messages.ts';
import type { Contender } from './contenders.ts';
import { otherLoad } from './other-load.ts';
import { FULL_BATCH, SCENARIOS, type Scenario } from './scenarios.ts';

const WARM_UP_STEPS = 2;
/** How long the machine is watched, with all contenders at rest, before each round. */
const WATCH_MS = 200;

/** Told what is about to be measured. */
export type ProgressReport = (what: string) => void;

/** Runs a measurement once for each round, by its number from 0. */
type EachRound = (round: (index: number) => Promise<void>) => Promise<void>;

/**
 * All measurements that `options.only` names. Contenders take turns within every round, and every round begins with
 * another of them, so that none is always first after a pause or always beside the same neighbour.
 */
export async function runRounds(
  contenders: readonly Contender[],
  options: BenchOptions,
  progress: ProgressReport,
): Promise<BenchResults> {
  const steps: StepSeries[] = [];
  const loadByOthers: number[] = [];
  const rounds: EachRound = async (round) => {
    for (let i = 0; i < options.rounds; i++) {
      loadByOthers.push(await otherLoad(WATCH_MS));
      await round(i);
    }
  };
  for (const scenario of SCENARIOS.filter(({ id }) => options.only.includes(id))) {
    progress(scenario.title);
    steps.push(...(await stepRounds(contenders, scenario, options.steps, rounds)));
  }
  const ours = contenders.find(({ id }) => id === 'in-place');
  const wanted = (id: string): Contender | null => (options.only.includes(id) && ours ? ours : null);
  const forSwitch = wanted('switch');
  const forRegroup = wanted('regroup');
  if (forSwitch) progress('switch of all rows');
  const switching = forSwitch && (await switchRounds(forSwitch, options.steps, rounds));
  if (forRegroup) progress('one row of eight changes group');
  const regrouping = forRegroup && (await regroupRounds(forRegroup, options.steps, rounds));
  return { loads: contenders.map(({ load }) => load), steps, switching, regrouping, loadByOthers };
}

async function stepRounds(
  contenders: readonly Contender[],
  scenario: Scenario,
  steps: number,
  rounds: EachRound,
): Promise<StepSeries[]> {
  for (const { process } of contenders) await process.prepare(scenario);
  const turns = contenders.flatMap(({ id, bits, process }) =>
    bits.map((b: BenchBits) => ({
      contender: id,
      bits: b,
      process,
      rounds: [] as number[],
      fastestMs: Number.POSITIVE_INFINITY,
    })),
  );
  const prefill = scenario.kind === 'prefill';
  const count = prefill ? 1 : steps;
  await rounds(async (round) => {
    for (let i = 0; i < turns.length; i++) {
      const turn = turns[(round + i) % turns.length];
      // A prefill is long enough to warm up within itself once the first round has allocated its buffers.
      const warmUp = prefill && round > 0 ? 0 : WARM_UP_STEPS;
      if (turn === undefined) continue;
      const times = await turn.process.steps(turn.bits, warmUp, count);
      turn.rounds.push(median(times));
      turn.fastestMs = Math.min(turn.fastestMs, ...times);
    }
  });
  return turns.map(({ process: _, ...series }) => ({ scenario: scenario.id, ...series }));
}

async function switchRounds({ process }: Contender, steps: number, rounds: EachRound): Promise<SwitchSeries> {
  const series = { steady4: [], steady8: [], switched4: [], switched8: [] } as Record<
    keyof SwitchSeries,
    number[]
  >;
  await process.prepare(FULL_BATCH);
  await rounds(async () => {
    const report = await process.switching(steps);
    series.steady4.push(median(report.steady4));
    series.steady8.push(median(report.steady8));
    series.switched4.push(median(report.switched4));
    series.switched8.push(median(report.switched8));
  });
  return series;
}

async function regroupRounds(
  { process }: Contender,
  steps: number,
  rounds: EachRound,
): Promise<RegroupSeries> {
  const series = { steady: [], moved: [], movedPositions: [], promoted: [] } as Record<
    keyof RegroupSeries,
    number[]
  >;
  await process.prepare(FULL_BATCH);
  await rounds(async () => {
    const report = await process.regrouping(steps);
    series.steady.push(median(report.steadyMs));
    series.moved.push(median(report.movedMs));
    series.movedPositions.push(median(report.movedPositions));
    series.promoted.push(median(report.promotedMs));
  });
  return series;
}
