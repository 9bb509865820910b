/** Where a rule may return to, each with where that rule may return to in turn; null at the outermost level. */
export interface Frame {
  readonly id: number;
  readonly returns: readonly Return[];
  /** The fewest bytes from a return to the end of the answer. */
  readonly rest: number;
}

export interface Return {
  readonly back: number;
  readonly frame: Frame | null;
}

/** One place that an answer may have come to: a state, and where its rule returns to. */
export interface Place {
  readonly state: number;
  readonly frame: Frame | null;
}

/**
 * All places that an answer may have come to by its bytes so far; several where the grammar leaves open which of its
 * rules applies. What follows is computed when it is first wanted, and kept.
 */
export interface Places {
  readonly places: readonly Place[];
  /** The answer may end here. */
  readonly final: boolean;
  /** The fewest bytes that complete the answer; 0 where it may end. */
  readonly rest: number;
  /** By byte: where it leads, null for nowhere; the row itself is null before it is first wanted. */
  next: (Places | null)[] | null;
  /** The first byte of the shortest ending; of several that of the lowest bytes. Null before it is first wanted. */
  shortest: Step | null;
  /** Null before it is first wanted. */
  following: FollowingTokens | null;
  /** The fewest tokens known to complete the answer; null before it is first wanted. */
  ending: number | null;
}

export interface Step {
  readonly byte: number;
  readonly to: Places;
}

/** Tokens that may follow somewhere. */
export interface FollowingTokens {
  /** uint32 [⌈V / 32⌉], lowest bit first; end tokens are among them where the answer may end. */
  readonly mask: Uint32Array;
  /** As many tokens complete the answer behind any of them; too high a number before it is first needed. */
  enough: number;
  /** `enough` is as low as it can be told. */
  exact: boolean;
}
