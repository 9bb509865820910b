/** What the tokens of a model are, as far as grammars go. */
export interface Vocabulary {
  /** Length of a row of logits, V; ids above the tokenizer's own have no text. */
  readonly size: number;
  /** What a token adds to a text, UTF-8, possibly part of a character; none for special and unknown ids. */
  tokenBytes(tokenId: number): Uint8Array;
  /** The name of a special token; empty for ids that are none. */
  specialName(tokenId: number): string;
  /** Tokens that end an answer. */
  readonly endTokenIds: ReadonlySet<number>;
}
