import type { SamplingParams } from '../core/index.ts';

/** The tokens that penalties look at: which ids occurred in prompt or output, and how often in the output. */
export class TokenHistory {
  readonly #outputCounts = new Map<number, number>();

  constructor(promptTokens: Int32Array) {
    for (const id of promptTokens) this.#outputCounts.set(id, 0);
  }

  /** Counts one more output token. */
  add(tokenId: number): void {
    this.#outputCounts.set(tokenId, (this.#outputCounts.get(tokenId) ?? 0) + 1);
  }

  /** Every id of prompt and output with its number of occurrences in the output. */
  entries(): IterableIterator<[tokenId: number, outputCount: number]> {
    return this.#outputCounts.entries();
  }
}

/** Whether any penalty of `params` can change a logit; without one no history need be kept. */
export function hasPenalties(params: SamplingParams): boolean {
  return params.repetitionPenalty !== 1 || params.frequencyPenalty !== 0 || params.presencePenalty !== 0;
}

/**
 * For every token in `history`: x ← x / r if x > 0 else x·r (r = repetition penalty), then
 * x ← x − count·frequencyPenalty − [count > 0]·presencePenalty, count = occurrences in the output.
 *
 * @param logits shape [V], f32, mutated; ids of the history outside [0, V) are passed over
 */
export function applyPenalties(logits: Float32Array, params: SamplingParams, history: TokenHistory): void {
  const { repetitionPenalty, frequencyPenalty, presencePenalty } = params;
  for (const [id, count] of history.entries()) {
    const logit = logits[id];
    if (logit === undefined) continue;
    const scaled = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
    logits[id] = count === 0 ? scaled : scaled - count * frequencyPenalty - presencePenalty;
  }
}
