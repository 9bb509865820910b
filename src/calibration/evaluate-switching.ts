import type { PrecisionConfig } from '../core/index.ts';
import type { EvaluationOptions } from './evaluate-ladder.ts';
import { scoreWindow, takeSlot, windowLogits } from './window-scores.ts';

export interface SwitchingEvaluation {
  /** Config of token t: `ids[t mod n]`. */
  readonly ids: readonly string[];
  readonly perplexity: number;
  /** Mean KL(reference ‖ switching) of the next-token distributions, nats per token. */
  readonly kl: number;
  readonly top1Agreement: number;
}

export interface SwitchingOptions extends Omit<EvaluationOptions, 'ladder'> {
  /** Configs to take turns, at least two. */
  readonly configs: readonly PrecisionConfig[];
}

/**
 * Judges a sequence whose precision changes at every token, teacher-forced: token t of a window is one decode
 * step at config t mod n, and reads keys and values that earlier tokens left at the others.
 *
 * Memory: two f32 `[window, vocabSize]` arrays of logits. Throws the signal's reason when it aborts.
 */
export async function evaluateSwitching(options: SwitchingOptions): Promise<SwitchingEvaluation> {
  const { configs, reference, windows, onProgress, signal } = options;
  const sums = { nll: 0, kl: 0, agree: 0 };
  for (const [done, window] of windows.entries()) {
    signal?.throwIfAborted();
    const expected = (await windowLogits(reference.runner, reference.precision, window)).slice();
    const score = scoreWindow(expected, await switchingLogits(options, window), window);
    sums.nll += score.nll;
    sums.kl += score.kl;
    sums.agree += score.agree;
    onProgress?.(done + 1);
  }
  const predicted = windows.reduce((sum, window) => sum + window.length - 1, 0);
  return {
    ids: configs.map(({ id }) => id),
    perplexity: Math.exp(sums.nll / predicted),
    kl: sums.kl / predicted,
    top1Agreement: sums.agree / predicted,
  };
}

/** f32 `[window, vocabSize]`, newly allocated. */
async function switchingLogits(
  { runner, configs, signal }: SwitchingOptions,
  window: Int32Array,
): Promise<Float32Array> {
  const { vocabSize } = runner.shape;
  const all = new Float32Array(window.length * vocabSize);
  const slot = takeSlot(runner);
  try {
    for (let t = 0; t < window.length; t++) {
      signal?.throwIfAborted();
      const rows = [{ slot, tokens: window.slice(t, t + 1), logits: 'last' as const }];
      const { logits } = await runner.execute({ precision: configs[t % configs.length]!, rows });
      all.set(logits, t * vocabSize);
      runner.commit(slot, 1);
    }
  } finally {
    runner.releaseSlot(slot);
  }
  return all;
}
