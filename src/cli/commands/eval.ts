import { type Command, InvalidArgumentError } from 'commander';
import {
  type Evaluation,
  type EvaluationOptions,
  evaluateLadder,
  evaluateSwitching,
  isSimulation,
  type SwitchingEvaluation,
} from '../../calibration/index.ts';
import { type Ladder, type PrecisionConfig, QueptError } from '../../core/index.ts';
import { defineCommand } from '../define-command.ts';
import { cutEvalText, type EvalText, readEvalText } from '../eval-text.ts';
import { interruptible } from '../interrupt.ts';
import { FULL_PRECISION, openLocalModel, openReference, type ReferenceModel } from '../open-model.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { runPaperEvaluation } from '../paper-evaluation.ts';
import { createProgress } from '../progress.ts';
import { formatTable } from '../text-format.ts';
import { numberList, wholeNumberFrom } from '../whole-numbers.ts';

interface EvalOptions extends EvalText {
  readonly reference?: string;
  readonly switch?: readonly string[];
  readonly widths?: readonly number[];
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
      'rung stands in, and the output says so. What calibrate --recipe paper makes is judged at the bit-widths ' +
      'that --widths names, beside the same rounding without anything learned.',
    examples: [
      'eval ./tiny-llama-q --data story.txt',
      'eval ./tiny-llama-q --data story.txt --reference ./tiny-llama --json',
      'eval ./tiny-llama-paper --data story.txt --widths 2,3,4,8',
    ],
  })
    .requiredOption('--data <file>', 'UTF-8 text to judge on')
    .option('--reference <dir>', 'Hugging Face folder of the full-precision model')
    .option('--widths <bits>', 'bit-widths to judge, for what calibrate --recipe paper made', numberList)
    .option('--bytes <n>', 'read at most this much of the text', positiveInteger, 1 << 20)
    .option('--window <tokens>', 'longest context to judge at', wholeNumberFrom(2), 512)
    .option('--switch <configs>', 'also judge these configs taking turns, a token each: q4,q8', nameList)
    .action((model: string, options: EvalOptions) =>
      interruptible((signal) => run(model, options, createOutput(options.json === true, streams), signal)),
    );
}

async function run(model: string, options: EvalOptions, output: Output, signal: AbortSignal): Promise<void> {
  const { widths } = options;
  if (widths !== undefined) {
    await requireSimulation(model);
    return runPaperEvaluation(model, { ...options, widths }, output, signal);
  }
  const text = await readEvalText(options);
  const local = await openLocalModel(model, { slots: 1 });
  let reference: ReferenceModel | null = null;
  try {
    reference = await openReference(local.artefact, options.reference);
    if (reference === null)
      output.note('no full-precision checkpoint found: comparing with the highest rung');
    const { ladder } = local.artefact.manifest;
    const switched = options.switch ? switchedConfigs(ladder, options.switch) : null;
    const ground = {
      runner: local.runner,
      reference: reference
        ? { runner: reference.runner, precision: FULL_PRECISION }
        : { runner: local.runner, precision: ladder.at(-1)! },
      windows: cutEvalText(local.tokenizer, local.runner.shape.contextLength, text, options),
      signal,
    };
    const evaluation = await withProgress('evaluating windows', ground, output, (shown) =>
      evaluateLadder({ ...shown, ladder }),
    );
    const switching =
      switched &&
      (await withProgress('switching at every token', ground, output, (shown) =>
        evaluateSwitching({ ...shown, configs: switched }),
      ));
    const name = reference ? 'full precision' : ladder.at(-1)!.id;
    const model = local.artefact.manifest.name;
    output.result({ model, reference: name, ...evaluation, switching }, () =>
      [formatEvaluation(evaluation, name), ...(switching ? [formatSwitching(switching)] : [])].join('\n'),
    );
  } finally {
    await reference?.close();
    await local.close();
  }
}

type Ground = Omit<EvaluationOptions, 'ladder'>;

async function withProgress<T>(
  label: string,
  ground: Ground,
  { stderr }: Output,
  work: (ground: Ground) => Promise<T>,
): Promise<T> {
  const format = (n: number) => String(Number(n.toFixed(1)));
  const progress = createProgress({ label, total: ground.windows.length, format }, stderr);
  try {
    return await work({ ...ground, onProgress: (done) => progress.update(done) });
  } finally {
    progress.end();
  }
}

function switchedConfigs(ladder: Ladder, ids: readonly string[]): PrecisionConfig[] {
  if (ids.length < 2)
    throw new QueptError('invalid_usage', '--switch: name at least two configs, as in q4,q8.');
  return ids.map((id) => {
    const config = ladder.find((each) => each.id === id);
    if (config) return config;
    const known = ladder.map((each) => each.id).join(', ');
    throw new QueptError('invalid_usage', `--switch: there is no config '${id}'; this model has ${known}.`);
  });
}

async function requireSimulation(directory: string): Promise<void> {
  if (await isSimulation(directory)) return;
  throw new QueptError(
    'invalid_usage',
    `--widths: ${directory} is not what 'quept calibrate --recipe paper' makes. The rungs of an artefact are all ` +
      'judged by eval without --widths.',
  );
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

function formatSwitching({ ids, perplexity, kl, top1Agreement }: SwitchingEvaluation): string {
  return (
    `${ids.join(', ')} in turns, a token each: perplexity ${perplexity.toFixed(4)}, KL ${kl.toExponential(2)}, ` +
    `top-1 ${(100 * top1Agreement).toFixed(1)} %`
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
