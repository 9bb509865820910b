import { type BenchResults, type ContenderId, type StepSeries, stepSeries } from './bench-results.ts';
import type { BenchBits } from './contender-messages.ts';
import { pairedRatio, type RoundMedians } from './measured-series.ts';

/** What the project promises of its engine, with what was measured. */
export interface AimVerdict {
  readonly aim: string;
  readonly asked: string;
  readonly measured: string;
  /** null where the needed measurements were not made. */
  readonly met: boolean | null;
}

interface Bounds {
  readonly least?: number;
  readonly most?: number;
}

const MEMORY_FACTOR = 1.35;
const MEMORY_SPARE_BYTES = 250e6;
const SWITCH_MOST = 1.1;

/** The aims in a fixed order, whatever was measured. Ratios are paired, see `pairedRatio`. */
export function judgeAims(results: BenchResults): AimVerdict[] {
  const steps = (scenario: string, contender: ContenderId, bits: BenchBits) =>
    stepSeries(results, scenario, contender, bits);
  const overPeer = (batch: number, bits: BenchBits, least: number): AimVerdict => {
    const peer = steps(`decode-${batch}`, 'peer', bits);
    const ours = steps(`decode-${batch}`, 'in-place', bits);
    return peerAim(`${bits}-bit decode, batch ${batch}: times node-llama-cpp's speed`, peer, ours, least);
  };
  const depthRatio = (scenario: string, bounds: Bounds): AimVerdict =>
    ratioAim(
      `${scenario}: 8-bit time / 4-bit time`,
      steps(scenario, 'in-place', 8)?.rounds,
      steps(scenario, 'in-place', 4)?.rounds,
      bounds,
    );
  const { switching } = results;
  return [
    overPeer(1, 4, 1.5),
    overPeer(8, 4, 1.6),
    overPeer(1, 8, 1.2),
    overPeer(8, 8, 1.2),
    ...[1, 2, 4, 8].map((batch) => depthRatio(`decode-${batch}`, { least: 1.4, most: 2.2 })),
    depthRatio('prefill', { least: 1.6 }),
    memoryAim(results),
    ratioAim('a step of 4 bits just after one of 8 / steady', switching?.switched4, switching?.steady4, {
      most: SWITCH_MOST,
    }),
    ratioAim('a step of 8 bits just after one of 4 / steady', switching?.switched8, switching?.steady8, {
      most: SWITCH_MOST,
    }),
  ];
}

/**
 * Met only where the medians and the fastest steps both say so: an engine that was disturbed in some of its steps
 * has a slow median and a fast best step, and its misfortune is no merit of the other's.
 */
function peerAim(aim: string, peer: StepSeries | null, ours: StepSeries | null, least: number): AimVerdict {
  const byMedian = ratioAim(aim, peer?.rounds, ours?.rounds, { least });
  if (!peer || !ours) return byMedian;
  const byFastest = peer.fastestMs / ours.fastestMs;
  return {
    ...byMedian,
    measured: `${byMedian.measured}; fastest steps ${byFastest.toFixed(2)}`,
    met: byMedian.met === true && byFastest >= least,
  };
}

function ratioAim(
  aim: string,
  numerator: RoundMedians | undefined,
  denominator: RoundMedians | undefined,
  bounds: Bounds,
): AimVerdict {
  const asked = formatBounds(bounds);
  if (!numerator || !denominator) return { aim, asked, measured: 'not measured', met: null };
  const ratio = pairedRatio(numerator, denominator);
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bounds;
  return { aim, asked, measured: ratio.toFixed(2), met: ratio >= least && ratio <= most };
}

function memoryAim({ loads }: BenchResults): AimVerdict {
  const aim = 'resident memory after load, MB';
  const load = loads.find(({ contender }) => contender === 'in-place');
  if (load === undefined) return { aim, asked: '-', measured: 'not measured', met: null };
  const most = MEMORY_FACTOR * load.artefactBytes + MEMORY_SPARE_BYTES;
  return {
    aim,
    asked: `<= ${megabytes(most)} (${MEMORY_FACTOR} x ${megabytes(load.artefactBytes)} + ${megabytes(MEMORY_SPARE_BYTES)})`,
    measured: megabytes(load.residentBytes),
    met: load.residentBytes <= most,
  };
}

function formatBounds({ least, most }: Bounds): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return least === undefined ? `<= ${most}` : `>= ${least}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
