import type { ModelRunner, PrecisionConfig } from '../../core/index.ts';
import { logitsDiffer } from './logits-differ.ts';

/** Long enough for the attention kernel that long chunks have for themselves. */
const LONG_CHUNK = 40;
const SHORT_CHUNK = 8;

/**
 * Whether a long chunk of a prompt comes to the same as the same tokens in short ones. Attention has another kernel for
 * long chunks, which takes for granted that threads exchange values in groups of eight or more; where the groups are
 * smaller, as SwiftShader's are, what it computes is wrong, and no error says so.
 *
 * Needs a free slot, and frees it. Rejects when a pass fails.
 */
export async function provesLongPasses(runner: ModelRunner, precision: PrecisionConfig): Promise<boolean> {
  const length = Math.min(LONG_CHUNK, runner.shape.contextLength);
  const tokens = Int32Array.from({ length }, (_, i) => (1 + i * 31) % runner.shape.vocabSize);
  const whole = await lastLogits(runner, precision, tokens, length);
  return !logitsDiffer(whole, await lastLogits(runner, precision, tokens, SHORT_CHUNK));
}

/** A copy of the logits of the last token, the tokens run in chunks of `size`. */
async function lastLogits(
  runner: ModelRunner,
  precision: PrecisionConfig,
  tokens: Int32Array,
  size: number,
): Promise<Float32Array> {
  const slot = runner.acquireSlot();
  if (slot === null) throw new Error('there is no free slot');
  try {
    let last = new Float32Array(0);
    for (let start = 0; start < tokens.length; start += size) {
      const chunk = tokens.subarray(start, start + size);
      const rows = [{ slot, tokens: chunk, logits: 'last' as const }];
      last = (await runner.execute({ precision, rows })).logits.slice();
      runner.commit(slot, chunk.length);
    }
    return last;
  } finally {
    runner.releaseSlot(slot);
  }
}
