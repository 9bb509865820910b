/** A JSON Schema as it came: an object of keywords, or a boolean. What of it is enforced is for `grammar` to say. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/**
 * What an answer may be, from its first token to its last. Tokens that would leave it are never drawn, and the answer
 * ends where nothing can follow, within its limit of tokens where it can be completed within that. Only a smaller limit
 * or a stop string cuts it short.
 *
 * Plain data, so that it travels between threads and processes.
 */
export type OutputConstraint =
  /** Any JSON object. */
  | { readonly kind: 'json' }
  /**
   * A JSON value that is valid under `schema`; `param` is the request field that holds it, for errors. With `lenient`,
   * a schema that cannot be enforced admits any object instead of being refused.
   */
  | {
      readonly kind: 'json_schema';
      readonly schema: JsonSchema;
      readonly param: string;
      readonly lenient?: boolean;
    }
  /**
   * Any text, special tokens among it, that holds `without` nowhere, neither as text nor as the special token of that
   * name, and does not begin with one of the characters `notFirst`; both of ASCII, `without` free of its own first
   * character further on. May be empty.
   */
  | { readonly kind: 'prose'; readonly without: string; readonly notFirst: string }
  /** These characters and no others. */
  | { readonly kind: 'text'; readonly text: string }
  /** This special token, by its name in the vocabulary, such as `[TOOL_CALLS]`. */
  | { readonly kind: 'special'; readonly name: string }
  /** All parts, one after the other. */
  | { readonly kind: 'sequence'; readonly parts: readonly OutputConstraint[] }
  /** Any one of the options. */
  | { readonly kind: 'choice'; readonly options: readonly OutputConstraint[] }
  /** `part` from `min` to `max` times, with `separator` between; `max` null for no limit. */
  | {
      readonly kind: 'repeat';
      readonly part: OutputConstraint;
      readonly separator: string;
      readonly min: number;
      readonly max: number | null;
    };

/**
 * A constraint made ready for matching: an automaton over the bytes of the answer, with a stack of return states for
 * what nests. Byte 0xFF begins and 0xFE ends the name of a special token; neither occurs in UTF-8.
 *
 * State s has the byte edges `edgeStart[s] .. edgeStart[s + 1] − 1` and the calls `callStart[s] .. callStart[s + 1] − 1`.
 */
export interface OutputGrammar {
  /** Hash of all else: grammars of equal keys are equal. */
  readonly key: string;
  /** int32 [states + 1], in edges. */
  readonly edgeStart: Int32Array;
  /** int32 [edges × 3]: lowest byte, highest byte, target. */
  readonly edges: Int32Array;
  /** int32 [states + 1], in calls. */
  readonly callStart: Int32Array;
  /** int32 [calls × 2]: begin of the called rule and where it returns to. */
  readonly calls: Int32Array;
  /** 1 where a rule may end, uint8 [states]. */
  readonly accepting: Uint8Array;
  /** The fewest bytes from each state to the end of its rule, int32 [states]. */
  readonly rest: Int32Array;
  /** Where an answer begins. */
  readonly start: number;
  /** An answer that may end may be prose: a limit of tokens cuts it short instead of ending it. */
  readonly prose: boolean;
}

/** One answer on its way through its grammar. */
export interface OutputMatcher {
  /**
   * Tokens that may come next, one bit each, lowest bit first: uint32 [⌈V / 32⌉]. An end token is among them only when
   * the answer may end here. Not to be changed; valid until the next `accept`.
   *
   * @param left how many tokens may yet be drawn, at least 1. Tokens behind which the answer could not be completed
   *   within them are left out, as long as it can be
   */
  allowed(left: number): Uint32Array;
  /** What was accepted is a whole answer, which loses nothing when it ends here. Prose is never known to be whole. */
  readonly complete: boolean;
  /** Takes a token in that was allowed. Throws Error for another one. */
  accept(tokenId: number): void;
}

/** Port of the scheduler to whatever keeps answers in their grammars. */
export interface OutputConstrainer {
  start(grammar: OutputGrammar): OutputMatcher;
}
