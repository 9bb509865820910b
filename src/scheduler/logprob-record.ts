import type { LogprobsWish, PositionLogprobs, TextDecoder } from '../core/index.ts';
import { tokenLogProb, topLogProbs } from '../numerics/index.ts';

/**
 * The log-probabilities that a request is told of: any token's from the logits before it, and its prompt's, which are
 * gathered chunk by chunk until the first event takes them along.
 */
export class LogprobRecord {
  readonly #wish: LogprobsWish;
  readonly #prompt: Int32Array;
  readonly #decoder: TextDecoder;
  #scored: PositionLogprobs[] = [];
  #taken = false;

  constructor(wish: LogprobsWish, prompt: Int32Array, decoder: TextDecoder) {
    this.#wish = wish;
    this.#prompt = prompt;
    this.#decoder = decoder;
  }

  /** Logits of prompt positions are still wanted; the last position's come anyhow. */
  get wantsPrompt(): boolean {
    return this.#wish.prompt && this.#scored.length < this.#prompt.length;
  }

  /**
   * What the logits before `tokenId` say of it. Throws as `tokenLogProb` does.
   *
   * @param logits shape [V], f32
   */
  score(logits: Float32Array, tokenId: number): PositionLogprobs {
    return {
      chosen: { ...this.#told(tokenId), logprob: tokenLogProb(logits, tokenId) },
      top: topLogProbs(logits, this.#wish.top).map(({ id, logprob }) => ({ ...this.#told(id), logprob })),
    };
  }

  /**
   * What a chunk says of the prompt's tokens from `start` on: of its first, if that is the prompt's first, and of each
   * that follows one of the chunk. Records nothing.
   *
   * @param logits shape [tokens, V] row-major, f32
   */
  scoreChunk(logits: Float32Array, start: number, tokens: number): PositionLogprobs[] {
    const width = logits.length / tokens;
    const scores: PositionLogprobs[] = [];
    if (start === 0) scores.push(this.#first());
    for (let i = 0; i < tokens; i++) {
      const next = this.#prompt[start + i + 1];
      if (next !== undefined) scores.push(this.score(logits.subarray(i * width, (i + 1) * width), next));
    }
    return scores;
  }

  /** Records the scores of a committed chunk. One that is run again after a preemption adds only what is new. */
  addChunk(start: number, scores: readonly PositionLogprobs[]): void {
    const from = start === 0 ? 0 : start + 1;
    this.#scored.push(...scores.slice(this.#scored.length - from));
  }

  /** The prompt's, the first time that it is asked once they are complete. */
  takePrompt(): { readonly promptLogprobs?: readonly PositionLogprobs[] } {
    if (!this.#wish.prompt || this.wantsPrompt || this.#taken) return {};
    this.#taken = true;
    return { promptLogprobs: this.#scored };
  }

  #first(): PositionLogprobs {
    return { chosen: { ...this.#told(this.#prompt[0] as number), logprob: null }, top: [] };
  }

  #told(tokenId: number): { tokenId: number; text: string; bytes: Uint8Array } {
    return { tokenId, text: this.#decoder.tokenText(tokenId), bytes: this.#decoder.tokenBytes(tokenId) };
  }
}
