import type { Ladder, ModelRunner, PrecisionConfig } from '../core/index.ts';
import { decodeTimes } from './decode-times.ts';
import { scoreWindow, windowLogits } from './window-scores.ts';

export interface ConfigEvaluation {
  readonly id: string;
  readonly averageBits: number;
  /** exp of the mean negative log-likelihood of the text's tokens. */
  readonly perplexity: number;
  /** Mean KL(reference ‖ config) of the next-token distributions, nats per token. */
  readonly kl: number;
  /** Share of positions at which config and reference find the same token most likely. */
  readonly top1Agreement: number;
  /** Median decode step at batch 1, milliseconds. */
  readonly msPerToken: number;
}

export interface Evaluation {
  /** Tokens predicted. */
  readonly tokens: number;
  readonly referencePerplexity: number;
  readonly configs: ConfigEvaluation[];
}

export interface EvaluationOptions {
  readonly runner: ModelRunner;
  readonly ladder: Ladder;
  /** What to compare with: another runner over the same vocabulary, or a config of `runner`. */
  readonly reference: { readonly runner: ModelRunner; readonly precision: PrecisionConfig };
  /** From `tokenWindows`; none longer than either runner's context. */
  readonly windows: readonly Int32Array[];
  readonly onProgress?: (doneWindows: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Judges every config of a ladder on the same text, teacher-forced.
 *
 * Memory: two f32 `[window, vocabSize]` arrays of logits. Throws RangeError when there is nothing to predict,
 * and the signal's reason when it aborts.
 */
export async function evaluateLadder(options: EvaluationOptions): Promise<Evaluation> {
  const { runner, ladder, reference, windows } = options;
  const predicted = windows.reduce((sum, window) => sum + window.length - 1, 0);
  if (predicted === 0) throw new RangeError('evaluation needs at least two tokens');
  const sums = ladder.map(() => ({ nll: 0, kl: 0, agree: 0 }));
  let referenceNll = 0;
  for (const [done, window] of windows.entries()) {
    options.signal?.throwIfAborted();
    const expected = (await windowLogits(reference.runner, reference.precision, window)).slice();
    referenceNll += scoreWindow(expected, expected, window).nll;
    for (const [rung, config] of ladder.entries()) {
      const score = scoreWindow(expected, await windowLogits(runner, config, window), window);
      const sum = sums[rung]!;
      sum.nll += score.nll;
      sum.kl += score.kl;
      sum.agree += score.agree;
    }
    options.onProgress?.(done + 1);
  }
  const times = await decodeTimes(runner, ladder, windows[0]!);
  const configs = ladder.map(({ id, averageBits }, rung) => ({
    id,
    averageBits,
    perplexity: Math.exp(sums[rung]!.nll / predicted),
    kl: sums[rung]!.kl / predicted,
    top1Agreement: sums[rung]!.agree / predicted,
    msPerToken: times[rung]!,
  }));
  return { tokens: predicted, referencePerplexity: Math.exp(referenceNll / predicted), configs };
}
