import type { ModelRunner, PrecisionConfig } from '../core/index.ts';
import { argmax, klDivergence, tokenLogProb } from '../numerics/index.ts';

/** Sums over the predicted positions of a window. */
export interface WindowScore {
  /** Negative log-likelihood, nats. */
  readonly nll: number;
  /** KL(reference ‖ judged), nats. */
  readonly kl: number;
  /** Positions where both find the same token most likely. */
  readonly agree: number;
}

/** Logits of every position, f32 `[window, vocabSize]`, owned by the runner until its next step. */
export async function windowLogits(
  runner: ModelRunner,
  precision: PrecisionConfig,
  tokens: Int32Array,
): Promise<Float32Array> {
  const slot = takeSlot(runner);
  try {
    return (await runner.execute({ precision, rows: [{ slot, tokens, logits: 'all' }] })).logits;
  } finally {
    runner.releaseSlot(slot);
  }
}

/** Judges `logits` against `expected`, both f32 `[window, vocabSize]`, on all positions but the last. */
export function scoreWindow(expected: Float32Array, logits: Float32Array, window: Int32Array): WindowScore {
  const vocabSize = expected.length / window.length;
  const score = { nll: 0, kl: 0, agree: 0 };
  for (let position = 0; position + 1 < window.length; position++) {
    const from = position * vocabSize;
    const wanted = expected.subarray(from, from + vocabSize);
    const got = logits.subarray(from, from + vocabSize);
    score.nll -= tokenLogProb(got, window[position + 1]!);
    score.kl += klDivergence(wanted, got);
    if (argmax(wanted) === argmax(got)) score.agree++;
  }
  return score;
}

export function takeSlot(runner: ModelRunner): number {
  const slot = runner.acquireSlot();
  if (slot === null) throw new Error('evaluation needs a free slot');
  return slot;
}
