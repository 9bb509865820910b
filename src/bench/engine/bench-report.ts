import { judgeAims } from './bench-aims.ts';
import {
  type BenchResults,
  type ContenderId,
  type RegroupSeries,
  type StepSeries,
  type SwitchSeries,
  stepSeries,
} from './bench-results.ts';
import type { BenchBits } from './contender-messages.ts';
import { pairedRatio, type RoundMedians, summarize } from './measured-series.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { textTable } from './text-table.ts';

const BITS: readonly BenchBits[] = [4, 8];
const ABSENT = '-';
/** Mean share of the machine in other hands above which the numbers are called unreliable. */
const QUIET_MOST = 0.05;

/** The results as Markdown: one section per kind of measurement that was made, then the aims. */
export function formatReport(results: BenchResults): string {
  const measured = SCENARIOS.filter(({ id }) => results.steps.some(({ scenario }) => scenario === id));
  return [
    quietLine(results.loadByOthers),
    loadSection(results),
    measured.length > 0 ? stepSection(results, measured) : null,
    measured.length > 0 ? ratioSection(results, measured) : null,
    results.switching && switchSection(results.switching),
    results.regrouping && regroupSection(results.regrouping),
    aimSection(results),
  ]
    .filter((section) => section !== null)
    .join('\n\n');
}

function quietLine(shares: readonly number[]): string | null {
  if (shares.length === 0) return null;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const line = `Processor time taken by others between rounds: ${percent(mean)}, at worst ${percent(Math.max(...shares))}.`;
  if (mean <= QUIET_MOST) return line;
  return `${line} NOT QUIET: the times, and above all the ratios to the peer, are unreliable.`;
}

function loadSection({ loads }: BenchResults): string {
  const megabytes = (bytes: number | null): string => (bytes === null ? ABSENT : (bytes / 1e6).toFixed(0));
  const rows = loads.map((load) => [
    load.bits === null ? load.engine : `${load.engine}, ${load.bits}-bit file`,
    String(load.threads),
    megabytes(load.artefactBytes),
    megabytes(load.codeBytes),
    megabytes(load.residentBytes),
    megabytes(load.anonymousBytes),
    load.loadMs.toFixed(0),
  ]);
  const header = ['contender', 'threads', 'weights MB', 'code MB', 'loaded MB', 'of it anonymous', 'load ms'];
  return `Loaded: resident memory of the whole process, before any sequence\n\n${textTable(header, rows)}`;
}

function stepSection(results: BenchResults, scenarios: readonly Scenario[]): string {
  const cell = (id: string, contender: ContenderId, bits: BenchBits): string =>
    formatStep(stepSeries(results, id, contender, bits));
  const rows = scenarios.flatMap(({ id, title }) =>
    BITS.map((bits) => [
      title,
      String(bits),
      cell(id, 'in-place', bits),
      cell(id, 'two-part', bits),
      cell(id, 'peer', bits),
    ]),
  );
  const header = [
    'ms per step: median (min..max), fastest step',
    'bits',
    'in-place',
    'two-part',
    'node-llama-cpp',
  ];
  return `Steps\n\n${textTable(header, rows)}`;
}

function ratioSection(results: BenchResults, scenarios: readonly Scenario[]): string {
  const step = (id: string, contender: ContenderId, bits: BenchBits) =>
    stepSeries(results, id, contender, bits);
  const ratios = (id: string, over: [ContenderId, BenchBits], under: [ContenderId, BenchBits]): string =>
    formatStepRatio(step(id, ...over), step(id, ...under));
  const rows = scenarios.map(({ id, title }) => [
    title,
    ratios(id, ['peer', 4], ['in-place', 4]),
    ratios(id, ['peer', 8], ['in-place', 8]),
    ratios(id, ['in-place', 8], ['in-place', 4]),
    ratios(id, ['peer', 8], ['peer', 4]),
    ratios(id, ['two-part', 4], ['in-place', 4]),
  ]);
  const header = [
    'ratios of times: paired by round, of fastest steps',
    'peer / ours, 4',
    'peer / ours, 8',
    'ours 8 / 4',
    'peer 8 / 4',
    'two-part / in-place, 4',
  ];
  return `Ratios (ours is in-place attention)\n\n${textTable(header, rows)}`;
}

function switchSection(series: SwitchSeries): string {
  const rows = [
    ['4', series.steady4, series.switched4] as const,
    ['8', series.steady8, series.switched8] as const,
  ].map(([bits, steady, switched]) => [
    `all eight rows at ${bits} bits`,
    formatSeries(steady),
    formatSeries(switched),
    formatRatio(switched, steady),
  ]);
  const header = ['ms per step', 'after its own kind', 'just after a switch', 'ratio'];
  return `Switch of all rows, batch 8, context 256\n\n${textTable(header, rows)}`;
}

function regroupSection({ steady, moved, movedPositions, promoted }: RegroupSeries): string {
  const differences = moved.map((ms, round) => ms - (steady[round] ?? Number.NaN));
  const rows = [
    ['seven rows at 4 bits, then one at 8, groups as before', formatSeries(steady)],
    ['the same pair, another row in the group of one', formatSeries(moved)],
    ['difference: the move of caches', formatSeries(differences)],
    ['all eight rows at 8 bits in one pass', formatSeries(promoted)],
    ['cached positions moved', summarize(movedPositions).median.toFixed(0)],
  ];
  return `One row of eight changes group, context 256\n\n${textTable(['pair of passes', 'ms'], rows)}`;
}

function aimSection(results: BenchResults): string {
  const rows = judgeAims(results).map(({ aim, asked, measured, met }) => [
    aim,
    asked,
    measured,
    met === null ? ABSENT : met ? 'met' : 'missed',
  ]);
  return `Aims\n\n${textTable(['aim', 'asked', 'measured', ''], rows)}`;
}

function formatStep(series: StepSeries | null): string {
  return series === null ? ABSENT : `${formatSeries(series.rounds)}, ${formatMs(series.fastestMs)}`;
}

function formatSeries(rounds: RoundMedians): string {
  const { median, min, max } = summarize(rounds);
  return `${formatMs(median)} (${formatMs(min)}..${formatMs(max)})`;
}

function formatMs(ms: number): string {
  return ms.toFixed(Math.abs(ms) < 100 ? 1 : 0);
}

function formatStepRatio(numerator: StepSeries | null, denominator: StepSeries | null): string {
  if (numerator === null || denominator === null) return ABSENT;
  const fastest = numerator.fastestMs / denominator.fastestMs;
  return `${formatRatio(numerator.rounds, denominator.rounds)}, ${fastest.toFixed(2)}`;
}

function formatRatio(numerator: RoundMedians, denominator: RoundMedians): string {
  return pairedRatio(numerator, denominator).toFixed(2);
}
