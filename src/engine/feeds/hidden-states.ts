import { Tensor } from 'onnxruntime-node';
import type { StepRow } from '../../core/index.ts';
import type { EmbeddingTable } from '../embedding-table.ts';

/** The graph's `hidden` input, in a buffer that is used again by every step. */
export class HiddenStates {
  readonly #embedding: EmbeddingTable;
  readonly #hiddenSize: number;
  readonly #vocabSize: number;
  #buffer = new Float32Array(0);

  constructor(embedding: EmbeddingTable, sizes: { readonly hiddenSize: number; readonly vocabSize: number }) {
    this.#embedding = embedding;
    this.#hiddenSize = sizes.hiddenSize;
    this.#vocabSize = sizes.vocabSize;
  }

  /** Throws RangeError for a token that is not in the vocabulary. */
  check(rows: readonly StepRow[]): void {
    for (const { tokens } of rows) {
      const unknown = tokens.find((token) => token < 0 || token >= this.#vocabSize);
      if (unknown !== undefined) throw new RangeError(`token ${unknown} is not in the vocabulary`);
    }
  }

  /**
   * f32 [count · S, hiddenSize]: embeddings of `rows[i]`, S tokens, at row `place[i]` of `count`; zeros in the others.
   * Valid until the next call. Throws as `check` does.
   */
  of(rows: readonly StepRow[], place: readonly number[], count: number): Tensor {
    this.check(rows);
    const width = this.#hiddenSize;
    const newTokens = rows[0]?.tokens.length ?? 0;
    const floats = count * newTokens * width;
    if (this.#buffer.length < floats) this.#buffer = new Float32Array(floats);
    if (count > rows.length) this.#buffer.fill(0, 0, floats);
    rows.forEach((row, i) => {
      row.tokens.forEach((token, s) => {
        this.#embedding.lookup(token, this.#buffer, (place[i]! * newTokens + s) * width);
      });
    });
    return new Tensor('float32', this.#buffer.subarray(0, floats), [count * newTokens, width]);
  }
}
