import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Evaluation, evaluateLadder, tokenWindows } from '../../calibration/index.ts';
import { QueptError } from '../../core/index.ts';
import { defineCommand } from '../define-command.ts';
import { type EvaluatedLadder, evaluationFigure } from '../evaluation-figure.ts';
import { prepareFigureFile } from '../figure-file.ts';
import { interruptible } from '../interrupt.ts';
import {
  FULL_PRECISION,
  type LocalModel,
  openLocalModel,
  openReference,
  type ReferenceModel,
} from '../open-model.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatTable } from '../text-format.ts';

interface EvalOptions {
  readonly data: string;
  readonly reference?: string;
  readonly bytes: number;
  readonly window: number;
  readonly svg?: string;
  readonly json?: boolean;
}

export function registerEval(program: Command, streams: Streams): void {
  defineCommand(program, {
    usage: 'eval <model>',
    summary: 'measure quality and speed of every config of a ladder',
    description:
      'Runs a text through every precision config of an artefact and prints perplexity, KL divergence from full ' +
      'precision, top-1 agreement and milliseconds per token. Full precision is the checkpoint that the artefact ' +
      'was made from, if it still lies where it lay; name it with --reference otherwise. Without it the highest ' +
      'rung stands in, and the output says so. --svg draws quality and perplexity against bits and time.',
    examples: [
      'eval ./tiny-llama-q --data story.txt',
      'eval ./tiny-llama-q --data story.txt --reference ./tiny-llama --json',
      'eval ./tiny-llama-q --data story.txt --svg tiny-llama.svg',
    ],
  })
    .requiredOption('--data <file>', 'UTF-8 text to judge on')
    .option('--reference <dir>', 'Hugging Face folder of the full-precision model')
    .option('--bytes <n>', 'read at most this much of the text', positiveInteger, 1 << 20)
    .option('--window <tokens>', 'longest context to judge at', positiveInteger, 512)
    .option('--svg <file>', 'also draw the result, as SVG; replaces another SVG of this name')
    .action((model: string, options: EvalOptions) =>
      interruptible((signal) => run(model, options, createOutput(options.json === true, streams), signal)),
    );
}

async function run(model: string, options: EvalOptions, output: Output, signal: AbortSignal): Promise<void> {
  const text = await readData(options.data, options.bytes);
  const chart = options.svg === undefined ? null : await prepareFigureFile(options.svg, '--svg');
  const evaluated = await evaluate(model, text, options, output, signal);
  const { reference, evaluation } = evaluated;
  const table = () => formatEvaluation(evaluation, reference);
  if (chart !== null) {
    await chart.write(evaluationFigure(evaluated)).catch((error) => {
      output.note(table()); // What took minutes to measure is not lost to a full disk.
      throw error;
    });
    output.note(`chart: ${options.svg}`);
  }
  output.result({ model: evaluated.model, reference, ...evaluation }, table);
}

async function evaluate(
  directory: string,
  text: string,
  options: EvalOptions,
  output: Output,
  signal: AbortSignal,
): Promise<EvaluatedLadder> {
  const local = await openLocalModel(directory, { slots: 1 });
  let reference: ReferenceModel | null = null;
  try {
    reference = await openReference(local.artefact, options.reference);
    if (reference === null)
      output.note('no full-precision checkpoint found: comparing with the highest rung');
    const windows = cutText(local, text, options);
    const progress = createProgress(
      { label: 'evaluating windows', total: windows.length, format: (n) => String(Number(n.toFixed(1))) },
      output.stderr,
    );
    const { name, ladder } = local.artefact.manifest;
    const evaluation = await evaluateLadder({
      runner: local.runner,
      ladder,
      reference: reference
        ? { runner: reference.runner, precision: FULL_PRECISION }
        : { runner: local.runner, precision: ladder.at(-1)! },
      windows,
      onProgress: (done) => progress.update(done),
      signal,
    }).finally(() => progress.end());
    const against = reference ? 'full precision' : ladder.at(-1)!.id;
    return { model: name, data: basename(options.data), reference: against, ladder, evaluation };
  } finally {
    await reference?.close();
    await local.close();
  }
}

function cutText(local: LocalModel, text: string, options: EvalOptions): Int32Array[] {
  const { tokenizer, runner } = local;
  const tokens = tokenizer.encode(text, { addSpecialTokens: false });
  const bos = tokenizer.encode('', { addSpecialTokens: true })[0] ?? null;
  const windows = tokenWindows(tokens, Math.min(options.window, runner.shape.contextLength), bos);
  if (windows.length > 0) return windows;
  throw new QueptError(
    'invalid_usage',
    `--data: ${options.data} is too short: it holds ${tokens.length} tokens.`,
  );
}

async function readData(path: string, bytes: number): Promise<string> {
  let data: Buffer;
  try {
    data = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new QueptError('invalid_usage', `--data: ${path} cannot be read (${code}).`, { cause: error });
  }
  const text = data.subarray(0, bytes).toString('utf8');
  if (text.trim() === '') throw new QueptError('invalid_usage', `--data: ${path} holds no text.`);
  return text;
}

function formatEvaluation(evaluation: Evaluation, reference: string): string {
  const rows = evaluation.configs.map((config) => [
    config.id,
    config.averageBits.toFixed(2),
    config.perplexity.toFixed(4),
    config.kl.toExponential(2),
    `${(100 * config.top1Agreement).toFixed(1)} %`,
    config.msPerToken.toFixed(2),
  ]);
  return [
    `${evaluation.tokens} tokens, judged against ${reference} (perplexity ${evaluation.referencePerplexity.toFixed(4)})`,
    formatTable([['config', 'bits', 'perplexity', 'KL (nats)', 'top-1', 'ms/token'], ...rows]),
  ].join('\n');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a positive whole number');
}
