import { chunkMs } from './predicted-time.ts';
import { tokensWithin } from './prefill-chunk.ts';
import { longestChunkMs, prefillShare } from './prefill-share.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/** What prompts cost at one rung, as a line through a chunk of one token and one of the size that fits. */
interface ChunkLine {
  readonly chunkTokens: number;
  readonly passMs: number;
  readonly tokenMs: number;
  /** Of a chunk as long as any may be. */
  readonly fullMs: number;
}

/**
 * Predicts how long prompts take beside `decodeMs` of decoding per step at a pace. A few cost estimates per rung, made
 * when first asked for, then O(1) per prompt.
 */
export class PrefillForecast {
  readonly #view: SchedulingView;
  readonly #decodeMs: number;
  readonly #paceMs: number;
  readonly #context: number;
  readonly #lines: ChunkLine[] = [];

  /** @param prompts whose mean length stands for the context that their chunks attend to */
  constructor(
    view: SchedulingView,
    prompts: readonly RequestView[],
    decodeMs: number,
    strictestPaceMs: number,
  ) {
    this.#view = view;
    this.#decodeMs = decodeMs;
    this.#paceMs = strictestPaceMs;
    const total = prompts.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
    this.#context = prompts.length === 0 ? 0 : total / prompts.length / 2;
  }

  /** Machine time that what is left of a prompt takes at `rung`. */
  workMs({ promptLeft }: RequestView, rung: number): number {
    const { chunkTokens, passMs, tokenMs } = this.#line(rung);
    return Math.ceil(promptLeft / chunkTokens) * passMs + promptLeft * tokenMs;
  }

  /** The same on the wall, beside `decodeMs` of decoding per step. */
  wallMs(request: RequestView, rung: number, decodeMs = this.#decodeMs): number {
    return this.workMs(request, rung) / this.share(rung, decodeMs);
  }

  /** Of the machine's time, what prompts at `rung` get beside `decodeMs` of decoding per step. */
  share(rung: number, decodeMs: number): number {
    return prefillShare(decodeMs, this.#paceMs, this.#line(rung).fullMs);
  }

  /** Machine time per token. */
  tokenCostMs(rung: number): number {
    const { chunkTokens, passMs, tokenMs } = this.#line(rung);
    return passMs / chunkTokens + tokenMs;
  }

  #line(rung: number): ChunkLine {
    const known = this.#lines[rung];
    if (known !== undefined) return known;
    const line = this.#measure(rung);
    this.#lines[rung] = line;
    return line;
  }

  #measure(rung: number): ChunkLine {
    const most = this.#view.limits.prefillChunk;
    const fullMs = chunkMs(this.#view, rung, most, this.#context);
    const paced = this.#decodeMs > 0 && this.#paceMs < Number.POSITIVE_INFINITY;
    const longest = longestChunkMs(this.#decodeMs, this.#paceMs);
    const tokens = paced ? tokensWithin(this.#view, rung, this.#context, longest, most) : most;
    const one = chunkMs(this.#view, rung, 1, this.#context);
    const tokenMs =
      tokens > 1 ? Math.max(0, chunkMs(this.#view, rung, tokens, this.#context) - one) / (tokens - 1) : one;
    return {
      chunkTokens: tokens,
      passMs: Math.max(0, one - tokenMs),
      tokenMs,
      fullMs,
    };
  }
}
