import { basename, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  BATCH_SEQUENCES,
  CALIBRATION_PRESETS,
  type CalibrateOptions,
  type CalibrateProgress,
  type CascadeKind,
  calibrateCheckpoint,
  cascadeRanks,
  drawSequences,
  type PresetName,
} from '../../calibration/index.ts';
import { defaultThreads } from '../../config/index.ts';
import { fusedMatrices, QueptError } from '../../core/index.ts';
import {
  type Checkpoint,
  checkpointFingerprint,
  loadTokenizer,
  openCheckpoint,
  tokenizerFiles,
} from '../../engine/index.ts';
import { checkOutput, defaultBlock, openArtefact, type ZeroPointMode } from '../../quant/index.ts';
import { formatArtefactReport, reportArtefact } from '../artefact-report.ts';
import { readCalibrationText } from '../calibration-text.ts';
import { defineCommand } from '../define-command.ts';
import { generationOf } from '../generation-of.ts';
import { interruptible } from '../interrupt.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { packageVersion } from '../package-version.ts';
import { createProgress, type Progress } from '../progress.ts';
import { numberList, wholeNumber } from '../whole-numbers.ts';

interface CalibrateFlags {
  readonly data: string;
  readonly bytes: number;
  readonly planes: readonly number[];
  readonly block?: number;
  readonly zeroPoints: ZeroPointMode;
  readonly cascade: CascadeKind;
  readonly ranks?: readonly number[];
  readonly liveRanks?: readonly number[];
  readonly clipping: boolean;
  readonly mergeTokens: boolean;
  readonly smooth?: boolean;
  readonly sequences?: number;
  readonly length?: number;
  readonly epochs?: number;
  readonly seed: number;
  readonly quick?: boolean;
  readonly thorough?: boolean;
  readonly resume?: boolean;
  readonly name?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Windows to measure the ladder on. */
const JUDGED_WINDOWS = 16;

export function registerCalibrate(program: Command, streams: Streams): void {
  const command = defineCommand(program, {
    usage: 'calibrate <checkpoint> <artefact>',
    summary: 'make an artefact of a Hugging Face folder, learning from a text',
    description:
      'Like quantize, but learns how to round: block by block, all precisions at once, by the method of QuEPT ' +
      '(docs/calibration.md), so that low precisions come out better at the same size and speed. Measures ' +
      'sensitivity and speed afterwards and writes a ladder by them. Needs no accelerator. What is finished is ' +
      'kept beside the artefact until the end: an interrupted run goes on with --resume.',
    examples: [
      'calibrate ./tiny-llama ./tiny-llama-q --data story.txt',
      'calibrate ./tiny-llama ./tiny-llama-q --data story.txt --quick --cascade fused',
      'calibrate ./tiny-llama ./tiny-llama-q --data story.txt --thorough --resume',
    ],
  });
  addLearningOptions(command)
    .option('--resume', 'go on with an interrupted run of the same options')
    .option('--name <name>', "model name that the server shows (the checkpoint folder's name)")
    .option('--force', 'replace an artefact that is already there')
    .action((checkpoint: string, artefact: string, flags: CalibrateFlags) =>
      calibrate(checkpoint, artefact, flags, createOutput(flags.json === true, streams)),
    );
}

function addLearningOptions(command: Command): Command {
  const { sequences, length, epochs } = CALIBRATION_PRESETS.default;
  return command
    .requiredOption('--data <file>', 'UTF-8 text to learn from')
    .option('--bytes <n>', 'read at most this much of the text', wholeNumber, 4 << 20)
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
    .option('--ranks <ranks>', 'of the fused cascade, one per plane, not ascending', numberList)
    .option('--live-ranks <ranks>', 'of the live cascade, ascending', numberList)
    .option('--no-clipping', 'do not learn clipping')
    .option('--no-merge-tokens', 'feed the next block from the highest precision alone')
    .option('--smooth', 'scale input channels before rounding, so that salient ones round better')
    .option('--sequences <n>', `sequences to learn from (default: ${sequences})`, wholeNumber)
    .option('--length <tokens>', `tokens per sequence (default: ${length})`, wholeNumber)
    .option('--epochs <n>', `passes over them (default: ${epochs})`, wholeNumber)
    .option('--seed <n>', 'of all random choices', wholeNumber, 1)
    .addOption(new Option('--quick', 'a tenth of the work, for a first look').conflicts('thorough'))
    .option('--thorough', 'six times the work');
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
      (signal) => learnWithProgress(checkpoint, out, { ...options, signal }, output),
      'finished stages are kept, go on with --resume',
    );
  } finally {
    await checkpoint.close();
  }
  const artefact = await openArtefact(out, { verify: false });
  try {
    const report = reportArtefact(artefact, false);
    const next = `Serve it with: npm start -- --model ${out}   (or: quept serve --model ${out})`;
    output.result(
      { directory: resolve(out), ...report, timing: outcome.timing, costUnit: outcome.costUnit },
      () => `${formatArtefactReport(report)}\n\n${next}`,
    );
  } finally {
    await artefact.close();
  }
}

async function describeRun(
  checkpoint: Checkpoint,
  flags: CalibrateFlags,
  output: Output,
): Promise<CalibrateOptions> {
  const { directory, architecture } = checkpoint;
  const preset: PresetName = flags.quick ? 'quick' : flags.thorough ? 'thorough' : 'default';
  const learning = CALIBRATION_PRESETS[preset];
  const length = Math.min(flags.length ?? learning.length, architecture.contextLength);
  if (length < 2) throw new QueptError('invalid_usage', '--length: must be at least 2 tokens.');
  const sequences = flags.sequences ?? learning.sequences;
  const tokenizer = await loadTokenizer(directory, 'invalid_checkpoint');
  const text = await readCalibrationText(flags.data, flags.bytes, tokenizer);
  const drawn = drawSequences(text.tokens, text.bosToken, {
    sequences,
    length,
    batch: BATCH_SEQUENCES,
    judged: JUDGED_WINDOWS,
    seed: flags.seed,
  });
  if (drawn.sequences.length < sequences)
    output.note(`the text holds ${drawn.sequences.length} sequences of ${length} tokens, not ${sequences}`);
  const sourceName = basename(resolve(directory));
  return {
    name: flags.name ?? sourceName,
    planes: flags.planes,
    block: flags.block ?? defaultBlock(architecture),
    zeroPoints: flags.zeroPoints,
    ...cascadeRanks(flags.cascade, fusedMatrices(architecture), flags.planes, {
      fused: flags.ranks ?? null,
      live: flags.liveRanks ?? null,
    }),
    clipping: flags.clipping,
    mergeTokens: flags.mergeTokens,
    smooth: flags.smooth === true,
    ...drawn,
    epochs: flags.epochs ?? learning.epochs,
    seed: flags.seed,
    threads: defaultThreads(),
    resume: flags.resume === true,
    force: flags.force === true,
    tokenizerFiles: (await tokenizerFiles(directory)).map((name) => ({ name, path: join(directory, name) })),
    generation: generationOf(checkpoint),
    provenance: {
      toolVersion: packageVersion(),
      sourceName,
      sourceDirectory: directory,
      sourceSha256: await checkpointFingerprint(directory),
      dataSha256: text.sha256,
      createdAt: new Date(),
    },
  };
}

async function learnWithProgress(
  checkpoint: Checkpoint,
  out: string,
  options: CalibrateOptions,
  output: Output,
) {
  const bars = new Map<CalibrateProgress['phase'], { bar: Progress; from: number }>();
  const show = (progress: CalibrateProgress) => {
    const { phase, done, total } = progress;
    let shown = bars.get(phase);
    if (!shown) {
      for (const { bar } of bars.values()) bar.end();
      // A resumed run counts from where it goes on: the rest is what the time is estimated from.
      const from = done - 1;
      const label = phase === 'learning' ? 'calibrating' : 'measuring the ladder';
      const format = (n: number) =>
        `${n.toFixed(n % 1 === 0 ? 0 : 1)} ${phase === 'learning' ? 'steps' : 'runs'}`;
      shown = { bar: createProgress({ label, total: total - from, format }, output.stderr), from };
      bars.set(phase, shown);
    }
    const detail =
      progress.phase === 'learning' ? `block ${progress.stage + 1} of ${progress.stages}` : undefined;
    shown.bar.update(done - shown.from, detail);
  };
  try {
    return await calibrateCheckpoint(checkpoint, out, { ...options, onProgress: show });
  } finally {
    for (const { bar } of [...bars.values()].slice(-1)) bar.end();
  }
}
