import type { SamplingParams } from '../core/index.ts';
import { argmax } from './argmax.ts';
import { raceIndex } from './exponential-race.ts';
import { maskLogits } from './mask-logits.ts';
import { applyPenalties, hasPenalties, type TokenHistory } from './token-history.ts';
import { selectLargest, selectMass } from './top-selection.ts';

/**
 * Draws tokens from rows of logits. Holds the scratch memory of one row (16 bytes per vocabulary entry), so one
 * instance serves one caller at a time and allocates nothing per token.
 *
 * Order of the steps: mask → penalties → bias → (temperature 0: the largest logit, lowest id among equals) → temperature → top-k →
 * top-p → min-p → draw. Top-p counts the probability that is left after top-k; ties are cut in favour of lower ids.
 */
export class TokenSampler {
  readonly #adjusted: Float32Array;
  readonly #ids: Int32Array;
  readonly #weights: Float64Array;

  /** @param vocabSize V, length of every row */
  constructor(vocabSize: number) {
    this.#adjusted = new Float32Array(vocabSize);
    this.#ids = new Int32Array(vocabSize);
    this.#weights = new Float64Array(vocabSize);
  }

  /**
   * A token drawn from p, the filtered distribution. The same `uniform` draws the same token from logits that differ
   * a little (`raceIndex`): an answer with a seed is the same in another batch, and nearly the same at another rung.
   *
   * @param logits shape [V], f32, not mutated
   * @param history what penalties count; null when `params` has none
   * @param uniform [0, 1), e.g. from `uniformAt`; unused at temperature 0
   * @param allowed tokens that may be drawn, a bit each from the lowest, uint32 [⌈V / 32⌉]; null for all
   * @returns an id in [0, V) of positive probability
   *
   * Throws RangeError when the row's length is not V, Error when a logit is NaN or the largest is not finite.
   */
  sample(
    logits: Float32Array,
    params: SamplingParams,
    history: TokenHistory | null,
    uniform: number,
    allowed: Uint32Array | null = null,
  ): number {
    if (logits.length !== this.#ids.length) {
      throw new RangeError(`A row of ${logits.length} logits met a sampler of ${this.#ids.length}.`);
    }
    const row = this.#adjust(logits, params, history, allowed);
    const top = argmax(row);
    if (params.temperature === 0) return top;
    this.#weigh(row, row[top]!, params);
    return raceIndex(this.#weights, uniform);
  }

  /** The row itself where nothing changes it. Biases of ids outside the vocabulary are passed over. */
  #adjust(
    logits: Float32Array,
    params: SamplingParams,
    history: TokenHistory | null,
    allowed: Uint32Array | null,
  ): Float32Array {
    const { logitBias } = params;
    const penalized = history !== null && hasPenalties(params);
    if (allowed === null && !penalized && (logitBias === undefined || logitBias.size === 0)) return logits;
    const row = this.#adjusted;
    row.set(logits);
    if (allowed !== null) maskLogits(row, allowed);
    if (penalized) applyPenalties(row, params, history);
    for (const [id, bias] of logitBias ?? []) if (id in row) row[id]! += bias;
    return row;
  }

  /** Leaves in `#weights` exp((x − peak) / temperature) for tokens that pass the filters and 0 for all others. */
  #weigh(row: Float32Array, peak: number, { temperature, topK, topP, minP }: SamplingParams): void {
    const ids = this.#ids;
    const weights = this.#weights;
    for (let i = 0; i < ids.length; i++) ids[i] = i;
    const kept = topK > 0 ? Math.min(topK, ids.length) : ids.length;
    if (kept < ids.length) {
      selectLargest(ids, ids.length, kept, row);
      weights.fill(0);
    }
    let total = 0;
    for (let i = 0; i < kept; i++) {
      const id = ids[i]!;
      const weight = Math.exp((row[id]! - peak) / temperature);
      weights[id] = weight;
      total += weight;
    }
    if (topP < 1) this.#keepMass(row, kept, topP, total);
    // The largest weight is exp(0) = 1, so minP is the bound itself.
    if (minP > 0) {
      for (let i = 0; i < kept; i++) if (weights[ids[i]!]! < minP) weights[ids[i]!] = 0;
    }
  }

  /** Top-p: zeroes the weights outside the shortest prefix that holds topP of `total`. */
  #keepMass(row: Float32Array, kept: number, topP: number, total: number): void {
    const ids = this.#ids;
    const weights = this.#weights;
    // All tokens below this bound together weigh less than what top-p may drop: none of them can be in the set.
    const bound = (total * (1 - topP)) / kept;
    let candidates = 0;
    for (let i = 0; i < kept; i++) {
      const id = ids[i]!;
      if (weights[id]! < bound) {
        weights[id] = 0;
      } else {
        ids[i] = ids[candidates]!;
        ids[candidates++] = id;
      }
    }
    const length = selectMass(ids, candidates, row, weights, total * topP);
    for (let i = length; i < candidates; i++) weights[ids[i]!] = 0;
  }
}
