import type { ModelRunner, PrecisionConfig } from '../../src/core/index.ts';
import { argmax } from '../../src/numerics/index.ts';

export interface GreedyStep {
  readonly tokenId: number;
  /** Difference of the two largest logits. */
  readonly gap: number;
}

/** Greedy continuation of one prompt on an otherwise idle runner, the prompt in one piece. */
export async function greedyRun(
  runner: ModelRunner,
  precision: PrecisionConfig,
  prompt: Int32Array,
  count: number,
): Promise<{ steps: GreedyStep[]; firstLogits: Float32Array }> {
  const slot = runner.acquireSlot()!;
  try {
    const steps: GreedyStep[] = [];
    let firstLogits = new Float32Array(0);
    let tokens = prompt;
    while (steps.length < count) {
      const { logits } = await runner.execute({ precision, rows: [{ slot, tokens, logits: 'last' }] });
      runner.commit(slot, tokens.length);
      if (steps.length === 0) firstLogits = logits.slice();
      const tokenId = argmax(logits);
      steps.push({ tokenId, gap: gapBelow(logits, tokenId) });
      tokens = Int32Array.of(tokenId);
    }
    return { steps, firstLogits };
  } finally {
    runner.releaseSlot(slot);
  }
}

function gapBelow(logits: Float32Array, best: number): number {
  let second = Number.NEGATIVE_INFINITY;
  logits.forEach((logit, id) => {
    if (id !== best && logit > second) second = logit;
  });
  return logits[best]! - second;
}
