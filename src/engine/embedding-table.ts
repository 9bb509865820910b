/** Embedding rows on the host: the graph is fed hidden states, not ids. */
export interface EmbeddingTable {
  /** Writes row `tokenId`, f32 [hiddenSize], into `out` at `offset`. Allocates nothing. */
  lookup(tokenId: number, out: Float32Array, offset: number): void;
}
