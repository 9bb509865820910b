import { type Command, InvalidArgumentError } from 'commander';
import { isSimulation } from '../../calibration/index.ts';
import { QueptError } from '../../core/index.ts';
import type { Figure } from '../../plot/index.ts';
import { defineCommand } from '../define-command.ts';
import { deviceOption } from '../device-option.ts';
import { evaluationFigure } from '../evaluate/evaluation-figure.ts';
import {
  formatLadderEvaluation,
  type LadderEvaluationOptions,
  runLadderEvaluation,
} from '../evaluate/ladder-evaluation.ts';
import { runPaperEvaluation } from '../evaluate/paper-evaluation.ts';
import {
  formatSkillEvaluation,
  runSkillEvaluation,
  type SkillEvaluationOptions,
} from '../evaluate/skill-evaluation.ts';
import { skillFigure } from '../evaluate/skill-figure.ts';
import { prepareFigureFile } from '../figure-file.ts';
import { interruptible } from '../interrupt.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { numberList, wholeNumberFrom } from '../whole-numbers.ts';

interface EvalOptions extends Omit<LadderEvaluationOptions, 'data'>, Omit<SkillEvaluationOptions, 'skills'> {
  /** One of these two is what the model is judged on. */
  readonly data?: string;
  readonly skills?: string;
  readonly widths?: readonly number[];
  readonly svg?: string;
  readonly json?: boolean;
}

/** Options that say how to judge on a text, and such that say how to judge by questions. */
const TEXT_ONLY: readonly (keyof EvalOptions)[] = [
  'data',
  'reference',
  'widths',
  'bytes',
  'window',
  'switch',
  'prefixes',
];
const SKILLS_ONLY: readonly (keyof EvalOptions)[] = ['examples', 'configs', 'maxTokens', 'samples'];

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
      'without anything learned. With --skills a model that follows instructions answers questions instead, each ' +
      'greedily at every config, and the share of right answers is told by skill. The file has a line of JSON per ' +
      'question: {"skill": NAME, "messages": [...], "check": {...}}, where the last message is a right answer.',
    examples: [
      'eval ./tiny-llama-q --data story.txt',
      'eval ./tiny-llama-q --data story.txt --reference ./tiny-llama --json',
      'eval ./tiny-llama-q --data story.txt --svg tiny-llama.svg',
      'eval ./tiny-llama-paper --data story.txt --widths 2,3,4,8',
      'eval ./tiny-chat-q --skills skills.jsonl --examples 50 --configs q4,q8 --svg skills.svg',
    ],
  })
    .option('--data <file>', 'UTF-8 text to judge on')
    .option('--skills <file>', 'questions to judge by instead, JSON lines')
    .option('--reference <dir>', 'Hugging Face folder of the full-precision model')
    .option('--widths <bits>', 'bit-widths to judge, for what calibrate --recipe paper made', numberList)
    .option('--bytes <n>', 'read at most this much of the text', positiveInteger, 1 << 20)
    .option('--window <tokens>', 'longest context to judge at', wholeNumberFrom(2), 512)
    .option('--switch <configs>', 'also judge these configs taking turns, a token each: q4,q8', nameList)
    .option('--prefixes <configs>', 'also judge each of these behind a prefix of each: q4,q8', nameList)
    .option('--examples <n>', 'questions of each skill, from the first on (default: all)', wholeNumberFrom(1))
    .option('--configs <ids>', 'configs to ask the questions at: q4,q8 (default: all)', nameList)
    .option('--max-tokens <n>', 'tokens of an answer at most', wholeNumberFrom(1), 256)
    .addOption(deviceOption('cpu'))
    .option('--samples <file>', 'also write every answer into this new file, JSON lines')
    .option('--svg <file>', 'also draw the result, as SVG; replaces another SVG of this name')
    .action((model: string, options: EvalOptions, command: Command) =>
      interruptible((signal) => {
        const job: Job = { model, options, output: createOutput(options.json === true, streams), signal };
        const { data, skills } = options;
        refuseTogether(command, skills === undefined ? SKILLS_ONLY : TEXT_ONLY);
        if (skills !== undefined) return judgeSkills(job, skills);
        if (data !== undefined) return judgeText(job, data);
        throw new QueptError(
          'invalid_usage',
          'Name what to judge on: a text with --data, or questions with --skills.',
        );
      }),
    );
}

interface Job {
  readonly model: string;
  readonly options: EvalOptions;
  readonly output: Output;
  readonly signal: AbortSignal;
}

async function judgeText({ model, options, output, signal }: Job, data: string): Promise<void> {
  const { widths, svg } = options;
  if (widths !== undefined) {
    refuseLadderOptions(options);
    await requireSimulation(model);
    return runPaperEvaluation(model, { ...options, data, widths }, output, signal);
  }
  const chart = await chartFile(svg);
  const evaluated = await runLadderEvaluation(model, { ...options, data }, output, signal);
  const { reference, evaluation, switching, prefixes } = evaluated;
  const table = () => formatLadderEvaluation(evaluated);
  await chart?.draw(evaluationFigure(evaluated), table, output);
  output.result({ model: evaluated.model, reference, ...evaluation, switching, prefixes }, table);
}

async function judgeSkills({ model, options, output, signal }: Job, skills: string): Promise<void> {
  const chart = await chartFile(options.svg);
  const evaluated = await runSkillEvaluation(model, { ...options, skills }, output, signal);
  const table = () => formatSkillEvaluation(evaluated);
  await chart?.draw(skillFigure(evaluated), table, output);
  output.result(evaluated, table);
}

/** Where --svg wants a chart, or null. */
async function chartFile(path: string | undefined) {
  if (path === undefined) return null;
  const file = await prepareFigureFile(path, '--svg');
  return {
    draw: async (figure: Figure, table: () => string, output: Output) => {
      await file.write(figure).catch((error) => {
        output.note(table()); // What took minutes to measure is not lost to a full disk.
        throw error;
      });
      output.note(`chart: ${path}`);
    },
  };
}

/** Refuses `options` that were given beside what they do not belong to. */
function refuseTogether(command: Command, options: readonly (keyof EvalOptions)[]): void {
  const given = command.options.find((option) => {
    const name = option.attributeName();
    return options.some((each) => each === name) && command.getOptionValueSource(name) === 'cli';
  });
  if (given === undefined) return;
  const remedy =
    options === TEXT_ONLY
      ? 'is for judging on a text, not for --skills. Leave out one'
      : 'goes with --skills only';
  throw new QueptError('invalid_usage', `${given.long}: ${remedy}.`);
}

function refuseLadderOptions({ switch: turns, prefixes, svg, device }: EvalOptions): void {
  const elsewhere = device === 'cpu' ? undefined : device;
  const ladderOnly = { '--switch': turns, '--prefixes': prefixes, '--svg': svg, '--device': elsewhere };
  const given = Object.entries(ladderOnly).find(([, value]) => value !== undefined)?.[0];
  if (given === undefined) return;
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
