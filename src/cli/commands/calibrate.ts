import { join } from 'node:path';
import { type Command, Option } from 'commander';
import {
  CALIBRATION_PRESETS,
  type CalibrateOptions,
  calibrateCheckpoint,
  cascadeRanks,
  formatGroups,
  PAPER_GROUPS,
} from '../../calibration/index.ts';
import { fusedMatrices, QueptError } from '../../core/index.ts';
import { type Checkpoint, openCheckpoint, tokenizerFiles } from '../../engine/index.ts';
import { checkOutput, defaultBlock } from '../../quant/index.ts';
import type { CalibrateFlags, Recipe } from '../calibrate/calibrate-flags.ts';
import { withCalibrationProgress } from '../calibrate/calibration-progress.ts';
import { learningRun } from '../calibrate/learning-run.ts';
import { drawLearningText } from '../calibrate/learning-text.ts';
import { runPaperCalibration } from '../calibrate/paper-calibration.ts';
import { defineCommand } from '../define-command.ts';
import { generationOf } from '../generation-of.ts';
import { interruptible } from '../interrupt.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { showMadeArtefact } from '../show-made-artefact.ts';
import { numberGroups, numberList, wholeNumber, wholeNumberFrom } from '../whole-numbers.ts';

export function registerCalibrate(program: Command, streams: Streams): void {
  const command = defineCommand(program, {
    usage: 'calibrate <checkpoint> <artefact>',
    summary: 'make an artefact of a Hugging Face folder, learning from a text',
    description:
      'Like quantize, but learns how to round: block by block, all precisions at once, by the method of QuEPT ' +
      '(docs/calibration.md), so that low precisions come out better at the same size and speed. Measures ' +
      'sensitivity and speed afterwards and writes a ladder by them. Needs no accelerator. What is finished is ' +
      'kept beside the artefact until the end: an interrupted run goes on with --resume. With --recipe paper it ' +
      "makes no artefact but a simulation of the paper's own quantizer, for quept eval --widths.",
    examples: [
      'calibrate ./tiny-llama ./tiny-llama-q --data story.txt',
      'calibrate ./tiny-llama ./tiny-llama-q --data story.txt --quick --cascade fused',
      'calibrate ./tiny-llama ./tiny-llama-q --data story.txt --thorough --resume',
      'calibrate ./tiny-llama ./tiny-llama-paper --data story.txt --recipe paper',
    ],
  });
  addLearningOptions(command)
    .option('--resume', 'go on with an interrupted run of the same options')
    .option('--name <name>', "model name that the server shows (the checkpoint folder's name)")
    .option('--force', 'replace an artefact that is already there')
    .action((checkpoint: string, artefact: string, flags: CalibrateFlags, command: Command) => {
      refuseForeignOptions(command, flags.recipe);
      const run = flags.recipe === 'paper' ? runPaperCalibration : calibrate;
      return run(checkpoint, artefact, flags, createOutput(flags.json === true, streams));
    });
}

/** Options of the other recipe: what they would change is not there. */
const FOREIGN: Readonly<Record<Recipe, readonly string[]>> = {
  planes: ['paperGroups'],
  paper: ['planes', 'block', 'zeroPoints', 'cascade', 'liveRanks', 'smooth'],
};

function refuseForeignOptions(command: Command, recipe: Recipe): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (!FOREIGN[recipe].includes(name) || command.getOptionValueSource(name) !== 'cli') continue;
    throw new QueptError(
      'invalid_usage',
      `${option.long}: means nothing with --recipe ${recipe}. Leave it out, or choose the other recipe.`,
    );
  }
}

function addLearningOptions(command: Command): Command {
  const { sequences, length, epochs, batch } = CALIBRATION_PRESETS.default;
  return command
    .requiredOption('--data <file>', 'UTF-8 text to learn from')
    .option('--bytes <n>', 'read at most this much of the text', wholeNumberFrom(1), 4 << 20)
    .addOption(
      new Option('--recipe <name>', "planes: what is served; paper: the paper's quantizer, simulated")
        .choices(['planes', 'paper'])
        .default('planes'),
    )
    .option('--planes <bits>', 'bits of each plane, base first: 2, 4 or 8 each', numberList, [4, 4])
    .option('--block <weights>', 'weights that share a scale (default: as quantize)', wholeNumber)
    .addOption(
      new Option('--zero-points <mode>', 'a zero point per block; auto: where it lowers the error')
        .choices(['auto', 'on', 'off'])
        .default('auto'),
    )
    .addOption(
      new Option('--cascade <kind>', 'fused into the planes, live beside the base plane, or both')
        .choices(['fused', 'live', 'both'])
        .default('both'),
    )
    .option(
      '--ranks <ranks>',
      'of the fused cascade, one per plane (paper: per group of widths), not ascending',
      numberList,
    )
    .option('--live-ranks <ranks>', 'of the live cascade, ascending', numberList)
    .option(
      '--paper-groups <groups>',
      `with --recipe paper: bit-widths that share ranks (default: "${formatGroups(PAPER_GROUPS)}")`,
      numberGroups,
    )
    .option('--no-clipping', 'do not learn clipping')
    .option('--no-merge-tokens', 'feed the next block from the highest precision alone')
    .option('--smooth', 'scale input channels before rounding, so that salient ones round better')
    .option('--sequences <n>', `sequences to learn from (default: ${sequences})`, wholeNumberFrom(1))
    .option('--length <tokens>', `tokens per sequence (default: ${length})`, wholeNumberFrom(2))
    .option('--epochs <n>', `passes over them; 0 only rounds (default: ${epochs})`, wholeNumber)
    .option('--batch <n>', `sequences per step (default: ${batch})`, wholeNumberFrom(1))
    .option('--seed <n>', 'of all random choices', wholeNumber, 1)
    .addOption(new Option('--quick', 'an eighth of the work, for a first look').conflicts('thorough'))
    .option('--thorough', 'twice the work, in larger steps');
}

async function calibrate(
  directory: string,
  out: string,
  flags: CalibrateFlags,
  output: Output,
): Promise<void> {
  await checkOutput(out, flags.force === true);
  const checkpoint = await openCheckpoint(directory);
  let outcome: Awaited<ReturnType<typeof calibrateCheckpoint>>;
  try {
    output.note(`reading ${directory} and ${flags.data} ...`);
    const options = await describeRun(checkpoint, flags, output);
    outcome = await interruptible(
      (signal) =>
        withCalibrationProgress(output.stderr, (onProgress) =>
          calibrateCheckpoint(checkpoint, out, { ...options, onProgress, signal }),
        ),
      'finished stages are kept, go on with --resume',
    );
  } finally {
    await checkpoint.close();
  }
  await showMadeArtefact(out, output, outcome);
}

async function describeRun(
  checkpoint: Checkpoint,
  flags: CalibrateFlags,
  output: Output,
): Promise<CalibrateOptions> {
  const { directory, architecture } = checkpoint;
  const text = await drawLearningText(checkpoint, flags, CALIBRATION_PRESETS, output);
  return {
    ...(await learningRun(directory, flags, text)),
    planes: flags.planes,
    block: flags.block ?? defaultBlock(architecture),
    zeroPoints: flags.zeroPoints,
    ...cascadeRanks(flags.cascade, fusedMatrices(architecture), flags.planes, {
      fused: flags.ranks ?? null,
      live: flags.liveRanks ?? null,
    }),
    smooth: flags.smooth === true,
    judged: text.judged,
    tokenizerFiles: (await tokenizerFiles(directory)).map((name) => ({ name, path: join(directory, name) })),
    generation: generationOf(checkpoint),
  };
}
