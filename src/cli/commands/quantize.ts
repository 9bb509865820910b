import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type Checkpoint, loadTokenizer, openCheckpoint, tokenizerFiles } from '../../engine/index.ts';
import {
  defaultBlock,
  type QuantizeOptions,
  quantizeCheckpoint,
  type ZeroPointMode,
} from '../../quant/index.ts';
import { defineCommand } from '../define-command.ts';
import { generationOf } from '../generation-of.ts';
import { interruptible } from '../interrupt.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { showMadeArtefact } from '../show-made-artefact.ts';
import { sourceProvenance } from '../source-provenance.ts';
import { formatCount } from '../text-format.ts';
import { numberList, wholeNumber } from '../whole-numbers.ts';

interface QuantizeFlags {
  readonly planes: readonly number[];
  readonly block?: number;
  readonly zeroPoints: ZeroPointMode;
  readonly cascade: readonly number[];
  readonly name?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function registerQuantize(program: Command, streams: Streams): void {
  defineCommand(program, {
    usage: 'quantize <checkpoint> <artefact>',
    summary: 'make an artefact of a Hugging Face folder',
    description:
      'Rounds a checkpoint (config.json, safetensors, tokenizer.json; Llama, Mistral, Qwen2, Qwen3) to planes that ' +
      'add up: --planes 4,4 serves everything from 4 to 8 bits out of 8 bits per weight. No data and no accelerator ' +
      'is needed, and memory does not grow with the model. The artefact appears whole or not at all.',
    examples: [
      'quantize ./tiny-llama ./tiny-llama-q',
      'quantize ./tiny-llama ./tiny-llama-q --planes 4,2,2 --block 32 --force',
      'quantize ./tiny-llama ./tiny-llama-q --cascade 8,16 --json',
    ],
  })
    .option('--planes <bits>', 'bits of each plane, base first: 2, 4 or 8 each', numberList, [4, 4])
    .option(
      '--block <weights>',
      'weights that share a scale: 16, 32, 64, 128 or 256 (default: 32, or 16 for hidden sizes up to 128)',
      wholeNumber,
    )
    .addOption(
      new Option('--zero-points <mode>', 'a zero point per block; auto: where it lowers the error')
        .choices(['auto', 'on', 'off'])
        .default('auto'),
    )
    .option(
      '--cascade <ranks>',
      'ranks of a live low-rank path beside the base plane, ascending',
      numberList,
      [],
    )
    .option('--name <name>', "model name that the server shows (the checkpoint folder's name)")
    .option('--force', 'replace an artefact that is already there')
    .action((checkpoint: string, artefact: string, flags: QuantizeFlags) =>
      quantize(checkpoint, artefact, flags, createOutput(flags.json === true, streams)),
    );
}

async function quantize(directory: string, out: string, flags: QuantizeFlags, output: Output): Promise<void> {
  const checkpoint = await openCheckpoint(directory);
  try {
    // A server could not use an artefact without it, so it is read before the long work and not after.
    await loadTokenizer(directory, 'invalid_checkpoint');
    output.note(`reading ${directory} ...`);
    const options = await describeRun(checkpoint, flags);
    await interruptible((signal) => roundWithProgress(checkpoint, out, { ...options, signal }, output));
  } finally {
    await checkpoint.close();
  }
  await showMadeArtefact(out, output);
}

async function describeRun(checkpoint: Checkpoint, flags: QuantizeFlags): Promise<QuantizeOptions> {
  const { directory } = checkpoint;
  const provenance = await sourceProvenance(directory);
  return {
    name: flags.name ?? provenance.sourceName,
    planes: flags.planes,
    block: flags.block ?? defaultBlock(checkpoint.architecture),
    zeroPoints: flags.zeroPoints,
    cascadeRanks: flags.cascade,
    force: flags.force === true,
    tokenizerFiles: (await tokenizerFiles(directory)).map((name) => ({ name, path: join(directory, name) })),
    generation: generationOf(checkpoint),
    provenance,
  };
}

async function roundWithProgress(
  checkpoint: Checkpoint,
  out: string,
  options: QuantizeOptions,
  output: Output,
): Promise<void> {
  // Made at the first report, which knows the total.
  let progress = null as Progress | null;
  try {
    await quantizeCheckpoint(checkpoint, out, {
      ...options,
      onProgress: ({ matrix, doneWeights, totalWeights }) => {
        progress ??= createProgress(
          { label: 'quantizing', total: totalWeights, format: (weights) => formatCount(weights) },
          output.stderr,
        );
        progress.update(doneWeights, matrix);
      },
    });
  } finally {
    progress?.end();
  }
}
