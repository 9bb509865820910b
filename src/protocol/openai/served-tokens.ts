import type { Ladder, PrecisionConfig } from '../../core/index.ts';
import type { PrecisionJson } from './precision-json.ts';

/** The `precision` extension of a piece of a stream: what the tokens behind it were served at. */
export type PiecePrecisionJson = Pick<PrecisionJson, 'configs'>;

/** Counts the tokens of one choice from piece to piece, in the order of their configs: the last made the piece certain. */
export class ServedTokens {
  readonly #ladder: Ladder;
  #runs: { rung: number; tokens: number }[] = [];

  constructor(ladder: Ladder) {
    this.#ladder = ladder;
  }

  add(rung: number): void {
    const last = this.#runs.at(-1);
    if (last?.rung === rung) last.tokens++;
    else this.#runs.push({ rung, tokens: 1 });
  }

  /** Those since the last call; null for none. */
  take(): PiecePrecisionJson | null {
    const runs = this.#runs;
    if (runs.length === 0) return null;
    this.#runs = [];
    return {
      configs: runs.map(({ rung, tokens }) => {
        const { id, averageBits } = this.#ladder[rung] as PrecisionConfig;
        return { id, average_bits: averageBits, tokens };
      }),
    };
  }
}
