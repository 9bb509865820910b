import { basename } from 'node:path';
import {
  type Evaluation,
  type EvaluationOptions,
  evaluateLadder,
  evaluateSwitching,
  type SwitchingEvaluation,
} from '../calibration/index.ts';
import { type Ladder, type PrecisionConfig, QueptError } from '../core/index.ts';
import { cutEvalText, type EvalText, readEvalText } from './eval-text.ts';
import type { EvaluatedLadder } from './evaluation-figure.ts';
import { namedConfigs } from './named-configs.ts';
import { FULL_PRECISION, openLocalModel, openReference, type ReferenceModel } from './open-model.ts';
import type { Output } from './output.ts';
import { createProgress } from './progress.ts';
import { formatTable } from './text-format.ts';

export interface LadderEvaluationOptions extends EvalText {
  readonly reference?: string;
  /** Ids of configs that shall take turns. */
  readonly switch?: readonly string[];
}

export interface LadderEvaluation extends EvaluatedLadder {
  readonly switching: SwitchingEvaluation | null;
}

type Ground = Omit<EvaluationOptions, 'ladder'>;

/** Judges every rung of the artefact in `directory`, and configs that take turns where they are asked for. */
export async function runLadderEvaluation(
  directory: string,
  options: LadderEvaluationOptions,
  output: Output,
  signal: AbortSignal,
): Promise<LadderEvaluation> {
  const text = await readEvalText(options);
  const local = await openLocalModel(directory, { slots: 1 });
  let reference: ReferenceModel | null = null;
  try {
    const { name, ladder } = local.artefact.manifest;
    const turns = options.switch ? switchedConfigs(ladder, options.switch) : null;
    reference = await openReference(local.artefact, options.reference);
    if (reference === null)
      output.note('no full-precision checkpoint found: comparing with the highest rung');
    const ground: Ground = {
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
    const switching = turns
      ? await withProgress('switching at every token', ground, output, (shown) =>
          evaluateSwitching({ ...shown, configs: turns }),
        )
      : null;
    const against = reference ? 'full precision' : ladder.at(-1)!.id;
    return { model: name, data: basename(options.data), reference: against, ladder, evaluation, switching };
  } finally {
    await reference?.close();
    await local.close();
  }
}

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
  return namedConfigs(ladder, ids, '--switch');
}

/** The evaluation as a table for people. */
export function formatLadderEvaluation({ evaluation, reference, switching }: LadderEvaluation): string {
  return [
    ...ladderLines(evaluation, reference),
    ...(switching === null ? [] : [switchingLine(switching)]),
  ].join('\n');
}

function ladderLines(evaluation: Evaluation, reference: string): string[] {
  const rows = evaluation.configs.map((config) => [
    config.id,
    config.averageBits.toFixed(2),
    config.perplexity.toFixed(4),
    config.kl.toExponential(2),
    `${(100 * config.top1Agreement).toFixed(1)} %`,
    config.msPerToken.toFixed(2),
  ]);
  const perplexity = evaluation.referencePerplexity.toFixed(4);
  return [
    `${evaluation.tokens} tokens, judged against ${reference} (perplexity ${perplexity})`,
    formatTable([['config', 'bits', 'perplexity', 'KL (nats)', 'top-1', 'ms/token'], ...rows]),
  ];
}

function switchingLine({ ids, perplexity, kl, top1Agreement }: SwitchingEvaluation): string {
  return (
    `${ids.join(', ')} in turns, a token each: perplexity ${perplexity.toFixed(4)}, KL ${kl.toExponential(2)}, ` +
    `top-1 ${(100 * top1Agreement).toFixed(1)} %`
  );
}
