import { type Command, InvalidArgumentError } from 'commander';
import { isSimulation } from '../../calibration/index.ts';
import { QueptError } from '../../core/index.ts';
import { defineCommand } from '../define-command.ts';
import { evaluationFigure } from '../evaluation-figure.ts';
import { prepareFigureFile } from '../figure-file.ts';
import { interruptible } from '../interrupt.ts';
import {
  formatLadderEvaluation,
  type LadderEvaluationOptions,
  runLadderEvaluation,
} from '../ladder-evaluation.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { runPaperEvaluation } from '../paper-evaluation.ts';
import { numberList, wholeNumberFrom } from '../whole-numbers.ts';

interface EvalOptions extends LadderEvaluationOptions {
  readonly widths?: readonly number[];
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
      'rung stands in, and the output says so. --svg draws quality and perplexity against bits and time. What ' +
      'calibrate --recipe paper makes is judged at the bit-widths that --widths names, beside the same rounding ' +
      'without anything learned.',
    examples: [
      'eval ./tiny-llama-q --data story.txt',
      'eval ./tiny-llama-q --data story.txt --reference ./tiny-llama --json',
      'eval ./tiny-llama-q --data story.txt --svg tiny-llama.svg',
      'eval ./tiny-llama-paper --data story.txt --widths 2,3,4,8',
    ],
  })
    .requiredOption('--data <file>', 'UTF-8 text to judge on')
    .option('--reference <dir>', 'Hugging Face folder of the full-precision model')
    .option('--widths <bits>', 'bit-widths to judge, for what calibrate --recipe paper made', numberList)
    .option('--bytes <n>', 'read at most this much of the text', positiveInteger, 1 << 20)
    .option('--window <tokens>', 'longest context to judge at', wholeNumberFrom(2), 512)
    .option('--switch <configs>', 'also judge these configs taking turns, a token each: q4,q8', nameList)
    .option('--svg <file>', 'also draw the result, as SVG; replaces another SVG of this name')
    .action((model: string, options: EvalOptions) =>
      interruptible((signal) => run(model, options, createOutput(options.json === true, streams), signal)),
    );
}

async function run(model: string, options: EvalOptions, output: Output, signal: AbortSignal): Promise<void> {
  const { widths, svg } = options;
  if (widths !== undefined) {
    refuseLadderOptions(options);
    await requireSimulation(model);
    return runPaperEvaluation(model, { ...options, widths }, output, signal);
  }
  const chart = svg === undefined ? null : await prepareFigureFile(svg, '--svg');
  const evaluated = await runLadderEvaluation(model, options, output, signal);
  const { reference, evaluation, switching } = evaluated;
  const table = () => formatLadderEvaluation(evaluated);
  if (chart !== null) {
    await chart.write(evaluationFigure(evaluated)).catch((error) => {
      output.note(table()); // What took minutes to measure is not lost to a full disk.
      throw error;
    });
    output.note(`chart: ${svg}`);
  }
  output.result({ model: evaluated.model, reference, ...evaluation, switching }, table);
}

function refuseLadderOptions({ switch: turns, svg }: EvalOptions): void {
  const given = turns === undefined ? (svg === undefined ? null : '--svg') : '--switch';
  if (given === null) return;
  throw new QueptError(
    'invalid_usage',
    `${given}: is for the ladder of an artefact, not for --widths. Leave out one.`,
  );
}

async function requireSimulation(directory: string): Promise<void> {
  if (await isSimulation(directory)) return;
  throw new QueptError(
    'invalid_usage',
    `--widths: ${directory} is not what 'quept calibrate --recipe paper' makes. The rungs of an artefact are all ` +
      'judged by eval without --widths.',
  );
}

function nameList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a positive whole number');
}
