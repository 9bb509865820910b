import { basename } from 'node:path';
import {
  type Evaluation,
  type EvaluationOptions,
  evaluateLadder,
  evaluatePrefixes,
  evaluateSwitching,
  type PrefixEvaluation,
  type SwitchingEvaluation,
} from '../../calibration/index.ts';
import { type Device, type Ladder, type PrecisionConfig, QueptError } from '../../core/index.ts';
import { FULL_PRECISION, openLocalModel, openReference, type ReferenceModel } from '../open-model.ts';
import type { Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatTable } from '../text-format.ts';
import { cutEvalText, type EvalText, readEvalText } from './eval-text.ts';
import type { EvaluatedLadder } from './evaluation-figure.ts';
import { namedConfigs } from './named-configs.ts';

export interface LadderEvaluationOptions extends EvalText {
  readonly device: Device;
  readonly reference?: string;
  /** Ids of configs that shall take turns. */
  readonly switch?: readonly string[];
  /** Ids of configs each of which shall go on behind each. */
  readonly prefixes?: readonly string[];
}

export interface LadderEvaluation extends EvaluatedLadder {
  readonly switching: SwitchingEvaluation | null;
  readonly prefixes: readonly PrefixEvaluation[] | null;
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
  const local = await openLocalModel(directory, {
    slots: 1,
    device: options.device,
    onNote: (note) => output.note(note),
  });
  let reference: ReferenceModel | null = null;
  try {
    const { name, ladder } = local.artefact.manifest;
    const turns = options.switch ? severalConfigs(ladder, options.switch, '--switch') : null;
    const mixed = options.prefixes ? severalConfigs(ladder, options.prefixes, '--prefixes') : null;
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
    if (mixed !== null) requireLongWindow(ground.windows);
    const evaluation = await withProgress('evaluating windows', ground, output, (shown) =>
      evaluateLadder({ ...shown, ladder }),
    );
    const switching = turns
      ? await withProgress('switching at every token', ground, output, (shown) =>
          evaluateSwitching({ ...shown, configs: turns }),
        )
      : null;
    const prefixes = mixed
      ? await withProgress('going on behind prefixes', ground, output, (shown) =>
          evaluatePrefixes({ ...shown, ladder: mixed }),
        )
      : null;
    const against = reference ? 'full precision' : ladder.at(-1)!.id;
    const data = basename(options.data);
    return { model: name, data, reference: against, ladder, evaluation, switching, prefixes };
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

function severalConfigs(ladder: Ladder, ids: readonly string[], option: string): PrecisionConfig[] {
  if (ids.length < 2)
    throw new QueptError('invalid_usage', `${option}: name at least two configs, as in q4,q8.`);
  return namedConfigs(ladder, ids, option);
}

function requireLongWindow(windows: readonly Int32Array[]): void {
  if (windows.some(({ length }) => length >= 4)) return;
  throw new QueptError(
    'invalid_usage',
    '--prefixes: needs windows of four tokens at least, to divide them. Give a longer text, or a larger --window.',
  );
}

/** The evaluation as a table for people. */
export function formatLadderEvaluation(evaluated: LadderEvaluation): string {
  const { evaluation, reference, switching, prefixes } = evaluated;
  return [
    ...ladderLines(evaluation, reference),
    ...(switching === null ? [] : [switchingLine(switching)]),
    ...(prefixes === null ? [] : prefixLines(prefixes)),
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

function prefixLines(prefixes: readonly PrefixEvaluation[]): string[] {
  const rows = prefixes.map(({ prefix, continuation, kl, top1Agreement }) => [
    prefix,
    continuation,
    kl.toExponential(2),
    `${(100 * top1Agreement).toFixed(1)} %`,
  ]);
  return [
    'second half of each window, behind a first half computed at another config',
    formatTable([['first', 'second', 'KL (nats)', 'top-1'], ...rows]),
  ];
}

function switchingLine({ ids, perplexity, kl, top1Agreement }: SwitchingEvaluation): string {
  return (
    `${ids.join(', ')} in turns, a token each: perplexity ${perplexity.toFixed(4)}, KL ${kl.toExponential(2)}, ` +
    `top-1 ${(100 * top1Agreement).toFixed(1)} %`
  );
}
