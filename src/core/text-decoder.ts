/** Turns token ids of one sequence into text as they come. */
export interface TextStream {
  /** Text that became certain with this token. Never ends inside a UTF-8 sequence; may be empty. */
  push(tokenId: number): string;
  /** What is left at the end; incomplete bytes become U+FFFD. */
  flush(): string;
}

/** The scheduler's view of a tokenizer. */
export interface TextDecoder {
  /** A stream for a continuation (no prompt text is repeated). */
  createTextStream(): TextStream;
  /** Ids that end a sequence; their text is never emitted. */
  readonly endTokenIds: ReadonlySet<number>;
}
