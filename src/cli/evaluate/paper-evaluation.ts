import { resolve } from 'node:path';
import {
  type ConfigEvaluation,
  evaluateLadder,
  groupOf,
  minMaxWeights,
  openSimulation,
  readSimulationManifest,
  type Simulation,
  type SimulationManifest,
  simulatedWeights,
} from '../../calibration/index.ts';
import { QueptError, type WeightSource } from '../../core/index.ts';
import { type Checkpoint, checkpointFingerprint, loadTokenizer, openCheckpoint } from '../../engine/index.ts';
import { FULL_PRECISION, openReferenceModel, type ReferenceModel } from '../open-model.ts';
import type { Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatTable } from '../text-format.ts';
import { cutEvalText, type EvalText, readEvalText } from './eval-text.ts';

interface PaperEvalOptions extends EvalText {
  readonly widths: readonly number[];
  readonly reference?: string;
}

type Quality = Pick<ConfigEvaluation, 'perplexity' | 'kl' | 'top1Agreement'>;

interface WidthEvaluation extends Quality {
  readonly width: number;
  /** Widths that share its ranks. */
  readonly group: readonly number[];
  readonly rank: number;
  /** Plain min–max rounding on the same groups of weights: nothing learned, nothing clipped. */
  readonly baseline: Quality;
}

interface PaperEvaluation {
  readonly tokens: number;
  readonly referencePerplexity: number;
  readonly widths: readonly WidthEvaluation[];
}

/** `eval --widths`: judges a simulated quantization at each width against its checkpoint. */
export async function runPaperEvaluation(
  directory: string,
  options: PaperEvalOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const manifest = await readSimulationManifest(directory);
  checkWidths(options.widths, manifest);
  const text = await readEvalText(options);
  const source = await openSource(directory, manifest, options.reference);
  try {
    const simulation = await openSimulation(directory, source.architecture);
    try {
      const tokenizer = await loadTokenizer(source.directory, 'invalid_checkpoint');
      const windows = cutEvalText(tokenizer, source.architecture.contextLength, text, options);
      const evaluation = await evaluateWidths(source, simulation, windows, options.widths, output, signal);
      output.result(
        { model: manifest.name, reference: 'full precision', baseline: 'min-max', ...evaluation },
        () => formatEvaluation(evaluation),
      );
    } finally {
      await simulation.close();
    }
  } finally {
    await source.close();
  }
}

function checkWidths(wanted: readonly number[], { widths, name }: SimulationManifest): void {
  const unknown = wanted.filter((width) => !widths.includes(width));
  if (unknown.length === 0) return;
  throw new QueptError(
    'invalid_usage',
    `--widths: ${name} was not calibrated for ${unknown.join(', ')} bits, only for ${widths.join(', ')}.`,
  );
}

/** What was learned fits the checkpoint it was learned on and no other, so that one has to be there. */
async function openSource(
  directory: string,
  { provenance }: SimulationManifest,
  reference: string | undefined,
): Promise<Checkpoint> {
  const { sourceName, sourcePath, sourceSha256 } = provenance;
  const path = reference ?? resolve(directory, sourcePath);
  const found = await checkpointFingerprint(path).catch((error: unknown) => {
    // What is wrong with a folder that was named is for its own message to say.
    if (reference !== undefined) throw error;
    return null;
  });
  if (found === sourceSha256) return openCheckpoint(path);
  throw new QueptError(
    'invalid_usage',
    reference === undefined
      ? `The checkpoint ${sourceName} that this was learned on is not at ${path}, or has changed. Name its folder with --reference.`
      : `--reference: ${reference} is not the checkpoint ${sourceName} that this was learned on (SHA-256 ${sourceSha256.slice(0, 12)}...).`,
  );
}

async function evaluateWidths(
  source: Checkpoint,
  simulation: Simulation,
  windows: readonly Int32Array[],
  widths: readonly number[],
  output: Output,
  signal: AbortSignal,
): Promise<PaperEvaluation> {
  const progress = createProgress(
    {
      label: 'evaluating windows',
      total: 2 * widths.length * windows.length,
      format: (n) => String(Number(n.toFixed(1))),
    },
    output.stderr,
  );
  let done = 0;
  const reference = await openReferenceModel(await openCheckpoint(source.directory), { slots: 1 });
  const judge = async (weights: WeightSource, detail: string) => {
    const before = done;
    const onProgress = (windowsDone: number) => {
      done = before + windowsDone;
      progress.update(done, detail);
    };
    return evaluateWeights(weights, reference, windows, onProgress, signal);
  };
  try {
    const evaluated: WidthEvaluation[] = [];
    let common = { tokens: 0, referencePerplexity: 0 };
    for (const width of widths) {
      const learned = await judge(simulatedWeights(source, simulation, width), `${width} bits`);
      const plain = await judge(minMaxWeights(source, width), `${width} bits, min-max`);
      common = learned;
      const { widths: group, rank } = groupOf(simulation.scheme, width);
      evaluated.push({ width, group, rank, ...learned.quality, baseline: plain.quality });
    }
    const { tokens, referencePerplexity } = common;
    return { tokens, referencePerplexity, widths: evaluated };
  } finally {
    progress.end();
    await reference.close();
  }
}

/** Memory: the weights in question and the reference, both as f32. */
async function evaluateWeights(
  weights: WeightSource,
  reference: ReferenceModel,
  windows: readonly Int32Array[],
  onProgress: (doneWindows: number) => void,
  signal: AbortSignal,
) {
  const model = await openReferenceModel(weights, { slots: 1 });
  try {
    const { tokens, referencePerplexity, configs } = await evaluateLadder({
      runner: model.runner,
      ladder: [FULL_PRECISION],
      reference: { runner: reference.runner, precision: FULL_PRECISION },
      windows,
      onProgress,
      signal,
    });
    const { perplexity, kl, top1Agreement } = configs[0] as ConfigEvaluation;
    return { tokens, referencePerplexity, quality: { perplexity, kl, top1Agreement } };
  } finally {
    await model.close();
  }
}

function formatEvaluation({ tokens, referencePerplexity, widths }: PaperEvaluation): string {
  const cells = ({ perplexity, kl, top1Agreement }: Quality) => [
    perplexity.toFixed(4),
    kl.toExponential(2),
    `${(100 * top1Agreement).toFixed(1)} %`,
  ];
  const rows = widths.map(({ width, group, rank, baseline, ...learned }) => [
    String(width),
    group.join(','),
    String(rank),
    ...cells(learned),
    ...cells(baseline),
  ]);
  const quality = ['perplexity', 'KL (nats)', 'top-1'];
  const plain = quality.map((heading) => `min-max ${heading}`);
  return [
    `${tokens} tokens, judged against full precision (perplexity ${referencePerplexity.toFixed(4)}); ` +
      'min-max: the same grid with nothing learned or clipped',
    formatTable([['bits', 'group', 'rank', ...quality, ...plain], ...rows]),
  ].join('\n');
}
