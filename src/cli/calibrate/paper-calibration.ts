import { resolve } from 'node:path';
import {
  blockMatrices,
  calibratePaper,
  LOWEST_WIDTH_BLOCK,
  PAPER_GROUPS,
  PAPER_PRESETS,
  type PaperOptions,
  type PaperScheme,
  paperScheme,
  readSimulationManifest,
  type SimulationManifest,
} from '../../calibration/index.ts';
import type { ModelArchitecture } from '../../core/index.ts';
import { type Checkpoint, openCheckpoint } from '../../engine/index.ts';
import { checkOutput } from '../../quant/index.ts';
import { interruptible } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { formatTable } from '../text-format.ts';
import type { CalibrateFlags } from './calibrate-flags.ts';
import { withCalibrationProgress } from './calibration-progress.ts';
import { learningRun } from './learning-run.ts';
import { drawLearningText } from './learning-text.ts';

/** `calibrate --recipe paper`: learns a simulated quantization and shows what it holds. */
export async function runPaperCalibration(
  directory: string,
  out: string,
  flags: CalibrateFlags,
  output: Output,
): Promise<void> {
  await checkOutput(out, flags.force === true);
  const checkpoint = await openCheckpoint(directory);
  let timing: Awaited<ReturnType<typeof calibratePaper>>;
  try {
    output.note(`reading ${directory} and ${flags.data} ...`);
    const options = await describeRun(checkpoint, flags, output);
    noteShortRows(checkpoint.architecture, options.scheme, output);
    timing = await interruptible(
      (signal) =>
        withCalibrationProgress(output.stderr, (onProgress) =>
          calibratePaper(checkpoint, out, { ...options, onProgress, signal }),
        ),
      'finished blocks are kept, go on with --resume',
    );
  } finally {
    await checkpoint.close();
  }
  const manifest = await readSimulationManifest(out);
  output.result({ directory: resolve(out), ...manifest, timing }, () => formatSimulation(out, manifest));
}

async function describeRun(
  checkpoint: Checkpoint,
  flags: CalibrateFlags,
  output: Output,
): Promise<PaperOptions> {
  const { directory, architecture } = checkpoint;
  const scheme = paperScheme(flags.paperGroups ?? PAPER_GROUPS, flags.ranks ?? null, architecture);
  const text = await drawLearningText(checkpoint, flags, PAPER_PRESETS, output);
  return { ...(await learningRun(directory, flags, text)), scheme };
}

/** On narrow models 2 bits have no finer scales than the widths above, which the paper's models do. */
function noteShortRows(architecture: ModelArchitecture, scheme: PaperScheme, output: Output): void {
  if (!scheme.some(({ widths }) => widths.includes(2))) return;
  const short = blockMatrices(architecture)
    .filter(({ name, k }) => name.startsWith('layers.0.') && k <= LOWEST_WIDTH_BLOCK)
    .map(({ name }) => name.replace('layers.0.', ''));
  if (short.length === 0) return;
  output.note(
    `rows of ${short.join(', ')} hold no more than ${LOWEST_WIDTH_BLOCK} weights: there a scale covers a whole row at 2 bits too`,
  );
}

function formatSimulation(out: string, { name, groups, ranks, widths }: SimulationManifest): string {
  const rows = groups.map((group, g) => [group.join(', '), String(ranks[g])]);
  return [
    `${name}: a simulated quantization, to be judged and not to be served`,
    formatTable([['bits', 'rank'], ...rows]),
    `Judge it with: quept eval ${out} --data TEXT --widths ${widths.join(',')}`,
  ].join('\n\n');
}
