/** Where a rule may return to, each with where that rule may return to in turn; null at the outermost level. */
export interface Frame {
  readonly id: number;
  readonly returns: readonly Return[];
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
  /** By byte: where it leads, null for nowhere; the row itself is null before it is first wanted. */
  next: (Places | null)[] | null;
  /** Tokens that may follow; null before they are first wanted. */
  allowed: Uint32Array | null;
}
