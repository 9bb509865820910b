import type { ModelRunner, PrecisionConfig } from '../core/index.ts';
import type { EvaluationOptions } from './evaluate-ladder.ts';
import { scoreWindow, takeSlot, windowLogits } from './window-scores.ts';

/** What continuing at one config costs where the keys and values before were computed at another. */
export interface PrefixEvaluation {
  /** Config of the prefix. */
  readonly prefix: string;
  /** Config of what follows. */
  readonly continuation: string;
  /** Mean KL(reference ‖ continuation) of the next-token distributions behind the prefix, nats per token. */
  readonly kl: number;
  readonly top1Agreement: number;
}

/**
 * Judges every pair of a prefix's config and that of its continuation, teacher-forced: the first half of a window is
 * run at one config and leaves its keys and values, the second half is run at the other and judged. Pairs of equal
 * configs are what each config loses by itself on the same positions.
 *
 * Memory: two f32 `[window, vocabSize]` arrays of logits. Throws RangeError when no window is long enough to be
 * divided (4 tokens), and the signal's reason when it aborts.
 */
export async function evaluatePrefixes(options: EvaluationOptions): Promise<PrefixEvaluation[]> {
  const { runner, ladder, reference, onProgress, signal } = options;
  const windows = options.windows.filter((window) => window.length >= 4);
  if (windows.length === 0) throw new RangeError('judging prefixes needs windows of four tokens at least');
  const pairs = ladder.flatMap((prefix) => ladder.map((continuation) => ({ prefix, continuation })));
  const sums = pairs.map(() => ({ kl: 0, agree: 0 }));
  let predicted = 0;
  for (const [done, window] of windows.entries()) {
    const middle = window.length >> 1;
    const rest = window.subarray(middle);
    predicted += rest.length - 1;
    const { vocabSize } = reference.runner.shape;
    const whole = await windowLogits(reference.runner, reference.precision, window);
    const expected = whole.slice(middle * vocabSize);
    for (const [i, { prefix, continuation }] of pairs.entries()) {
      signal?.throwIfAborted();
      const logits = await continued(runner, [prefix, continuation], [window.subarray(0, middle), rest]);
      const score = scoreWindow(expected, logits, rest);
      const sum = sums[i]!;
      sum.kl += score.kl;
      sum.agree += score.agree;
    }
    onProgress?.(done + 1);
  }
  return pairs.map(({ prefix, continuation }, i) => ({
    prefix: prefix.id,
    continuation: continuation.id,
    kl: sums[i]!.kl / predicted,
    top1Agreement: sums[i]!.agree / predicted,
  }));
}

/** Logits of the second part, f32 `[its length, vocabSize]`, owned by the runner until its next step. */
async function continued(
  runner: ModelRunner,
  [first, second]: readonly [PrecisionConfig, PrecisionConfig],
  [prefix, rest]: readonly [Int32Array, Int32Array],
): Promise<Float32Array> {
  const slot = takeSlot(runner);
  try {
    await runner.execute({ precision: first, rows: [{ slot, tokens: prefix, logits: 'last' }] });
    runner.commit(slot, prefix.length);
    return (await runner.execute({ precision: second, rows: [{ slot, tokens: rest, logits: 'all' }] }))
      .logits;
  } finally {
    runner.releaseSlot(slot);
  }
}
