/** Turns token ids of one sequence into text as they come. */
export interface TextStream {
  /** Text that became certain with this token. Never ends inside a UTF-8 sequence; may be empty. */
  push(tokenId: number): string;
  /** What is left at the end; incomplete bytes become U+FFFD. */
  flush(): string;
}

/** The scheduler's view of a tokenizer. */
export interface TextDecoder {
  /**
   * A stream for a continuation (no prompt text is repeated). With `toolMarkers`, special tokens that mark calls have
   * text.
   */
  createTextStream(options?: { readonly toolMarkers?: boolean }): TextStream;
  /** A token by itself, for display: special tokens by name, part of a character as U+FFFD. */
  tokenText(tokenId: number): string;
  /** What a token adds to a text, UTF-8, possibly part of a character; none for special and unknown ids. */
  tokenBytes(tokenId: number): Uint8Array;
  /** Ids that end a sequence; their text is never emitted. */
  readonly endTokenIds: ReadonlySet<number>;
}
