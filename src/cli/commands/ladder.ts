import { type Command, InvalidArgumentError } from 'commander';
import { drawSequences, type MeasuredLadder, measureLadder } from '../../calibration/index.ts';
import { fusedMatrices } from '../../core/index.ts';
import { replaceLadder } from '../../quant/index.ts';
import { readCalibrationText } from '../calibrate/calibration-text.ts';
import { defineCommand } from '../define-command.ts';
import { interruptible } from '../interrupt.ts';
import {
  FULL_PRECISION,
  type LocalModel,
  openLocalModel,
  openReference,
  type ReferenceModel,
} from '../open-model.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { formatTable } from '../text-format.ts';
import { wholeNumber, wholeNumberFrom } from '../whole-numbers.ts';

interface LadderFlags {
  readonly data: string;
  readonly bytes: number;
  readonly windows: number;
  readonly length: number;
  readonly averageBits: readonly number[];
  readonly reference?: string;
  readonly seed: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function registerLadder(program: Command, streams: Streams): void {
  defineCommand(program, {
    usage: 'ladder <model>',
    summary: 'measure an artefact anew and write its ladder',
    description:
      'Measures how sensitive each matrix is to each precision and how long steps take here, and chooses the ' +
      'configs of the ladder by it: the uniform ones, mixed ones between them, and with a live cascade the best ' +
      'of those. Nothing is calibrated again and no weight changes. A server picks the new ladder up when it is ' +
      'started again.',
    examples: [
      'ladder ./tiny-llama-q --data story.txt',
      'ladder ./tiny-llama-q --data story.txt --average-bits 5.25,6.5',
    ],
  })
    .requiredOption('--data <file>', 'UTF-8 text to measure on')
    .option('--bytes <n>', 'read at most this much of the text', wholeNumberFrom(1), 4 << 20)
    .option('--windows <n>', 'pieces of the text to measure on', wholeNumberFrom(1), 16)
    .option('--length <tokens>', 'tokens of each', wholeNumberFrom(2), 128)
    .option('--average-bits <bits>', 'budgets that shall have a rung of their own, e.g. 5.25', bitList, [])
    .option('--reference <dir>', 'Hugging Face folder of the full-precision model')
    .option('--seed <n>', 'of the choice of pieces', wholeNumber, 1)
    .option('--dry-run', 'show the ladder and leave the artefact as it is')
    .action((model: string, flags: LadderFlags) =>
      interruptible(
        (signal) => run(model, flags, createOutput(flags.json === true, streams), signal),
        'the ladder is as before',
      ),
    );
}

async function run(model: string, flags: LadderFlags, output: Output, signal: AbortSignal): Promise<void> {
  const local = await openLocalModel(model, { slots: 1 });
  let reference: ReferenceModel | null = null;
  let measured: MeasuredLadder;
  try {
    reference = await openReference(local.artefact, flags.reference);
    if (reference === null)
      output.note('no full-precision checkpoint found: comparing with the highest precision');
    measured = await measure(local, reference, flags, output, signal);
  } finally {
    await reference?.close();
    await local.close();
  }
  if (flags.dryRun !== true) await replaceLadder(model, measured);
  output.result({ model: local.artefact.manifest.name, ...measured }, () => formatLadder(measured));
}

async function measure(
  { artefact, runner, tokenizer }: LocalModel,
  reference: ReferenceModel | null,
  flags: LadderFlags,
  output: Output,
  signal: AbortSignal,
): Promise<MeasuredLadder> {
  const { architecture, quantization } = artefact.manifest;
  const { tokens, bosToken } = await readCalibrationText(flags.data, flags.bytes, tokenizer);
  const { sequences } = drawSequences(tokens, bosToken, {
    sequences: flags.windows,
    length: Math.min(flags.length, runner.shape.contextLength),
    batch: 1,
    judged: 0,
    seed: flags.seed,
  });
  let progress = null as Progress | null;
  try {
    return await measureLadder({
      runner,
      matrices: fusedMatrices(architecture),
      quantization,
      reference: reference && { runner: reference.runner, precision: FULL_PRECISION },
      windows: sequences,
      averageBits: flags.averageBits,
      onProgress: (done, total) => {
        const format = (n: number) => `${n.toFixed(n % 1 === 0 ? 0 : 1)} runs`;
        progress ??= createProgress({ label: 'measuring', total, format }, output.stderr);
        progress.update(done);
      },
      signal,
    });
  } finally {
    progress?.end();
  }
}

function formatLadder({ ladder, costUnit }: MeasuredLadder): string {
  const rows = ladder.map(({ id, averageBits, ranks, predictedKl, msPerToken }) => [
    id,
    averageBits.toFixed(2),
    String(Math.max(0, ...ranks)),
    predictedKl?.toExponential(2) ?? '-',
    msPerToken?.toFixed(2) ?? '-',
  ]);
  const table = formatTable([['config', 'bits', 'rank', 'KL (nats)', 'ms/token'], ...rows]);
  return `${table}\nchosen by quality and ${costUnit === 'ms' ? 'measured time' : 'bytes read per step'}`;
}

function bitList(text: string): number[] {
  return text.split(',').map((part) => {
    const bits = Number(part);
    if (Number.isFinite(bits) && bits > 0) return bits;
    throw new InvalidArgumentError('It must be a number of bits (or several, as in 5.25,6.5).');
  });
}
