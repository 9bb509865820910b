import { formatBits, formatMs, formatNumber } from '../live/format.ts';
import type { ServedConfig } from './served-precision.ts';

/** Follows an answer, and tells how it was served. Times are what the page saw: the network is in them. */
export class AnswerFigures {
  readonly #askedAtMs: number;
  #firstAtMs: number | null = null;
  #lastAtMs: number | null = null;
  #firstTokens = 0;
  #tokens = 0;
  #bits = 0;
  #switches = 0;
  #lastConfig: string | null = null;
  readonly #byConfig = new Map<string, number>();

  constructor(nowMs: number) {
    this.#askedAtMs = nowMs;
  }

  /** Tokens have come. */
  add(configs: readonly ServedConfig[], nowMs: number): void {
    for (const { id, average_bits, tokens } of configs) {
      if (this.#lastConfig !== null && this.#lastConfig !== id) this.#switches++;
      this.#lastConfig = id;
      this.#tokens += tokens;
      this.#bits += tokens * average_bits;
      this.#byConfig.set(id, (this.#byConfig.get(id) ?? 0) + tokens);
    }
    this.#lastAtMs = nowMs;
    if (this.#firstAtMs === null) {
      this.#firstAtMs = nowMs;
      this.#firstTokens = this.#tokens;
    }
  }

  /** Tokens by config. */
  get byConfig(): ReadonlyMap<string, number> {
    return this.#byConfig;
  }

  /** Names and values, for people. */
  told(): (readonly [name: string, value: string])[] {
    if (this.#firstAtMs === null || this.#lastAtMs === null) return [];
    const told: (readonly [string, string])[] = [
      ['bits', this.#tokens === 0 ? '–' : formatBits(this.#bits / this.#tokens)],
      ['tokens', formatNumber(this.#tokens)],
      ['first token', formatMs(this.#firstAtMs - this.#askedAtMs)],
    ];
    const seconds = (this.#lastAtMs - this.#firstAtMs) / 1000;
    const after = this.#tokens - this.#firstTokens;
    if (seconds > 0 && after > 0) told.push(['tokens/s', formatNumber(after / seconds)]);
    told.push([this.#switches === 1 ? 'switch' : 'switches', String(this.#switches)]);
    return told;
  }
}
