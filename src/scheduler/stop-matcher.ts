interface Node {
  readonly next: Map<number, Node>;
  /** Where matching goes on when no child fits: the longest proper suffix that begins some stop string. */
  fallback: Node | null;
  /** Length of the beginning of a stop string that this node stands for. */
  readonly depth: number;
  /** Length of the longest stop string that ends here; 0 for none. */
  matched: number;
}

/** What a piece of text made certain. */
export interface MatchedText {
  readonly text: string;
  /** A stop string is complete: nothing may be pushed any more. */
  readonly stopped: boolean;
}

/**
 * Cuts a stream of text at the first stop string that becomes complete (the longest, when several end at the same
 * character), wherever the pieces are divided. Holds back exactly the longest suffix that may still grow into a
 * stop string.
 *
 * An Aho–Corasick automaton over UTF-16 code units: one transition per unit, however long or many the strings are.
 */
export class StopMatcher {
  readonly #root: Node;
  #state: Node;
  #held = '';

  /** @param stops none of them empty */
  constructor(stops: readonly string[]) {
    this.#root = buildAutomaton(stops);
    this.#state = this.#root;
  }

  push(piece: string): MatchedText {
    const text = this.#held + piece;
    for (let i = this.#held.length; i < text.length; i++) {
      this.#state = follow(this.#state, text.charCodeAt(i));
      if (this.#state.matched > 0) {
        this.#held = '';
        return { text: text.slice(0, i + 1 - this.#state.matched), stopped: true };
      }
    }
    const certain = text.length - this.#state.depth;
    this.#held = text.slice(certain);
    return { text: text.slice(0, certain), stopped: false };
  }

  /** What was held back: no stop string can complete it any more. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    this.#state = this.#root;
    return held;
  }
}

function buildAutomaton(stops: readonly string[]): Node {
  const root = createNode(0);
  for (const stop of stops) {
    let node = root;
    for (let i = 0; i < stop.length; i++) {
      const unit = stop.charCodeAt(i);
      let child = node.next.get(unit);
      if (child === undefined) {
        child = createNode(node.depth + 1);
        node.next.set(unit, child);
      }
      node = child;
    }
    node.matched = stop.length;
  }
  linkFallbacks(root);
  return root;
}

/** Breadth first, so that a node's fallback, which is shallower, is complete before the node needs it. */
function linkFallbacks(root: Node): void {
  const queue = [root];
  for (const node of queue) {
    for (const [unit, child] of node.next) {
      child.fallback = node.fallback === null ? root : follow(node.fallback, unit);
      child.matched = Math.max(child.matched, child.fallback.matched);
      queue.push(child);
    }
  }
}

function follow(from: Node, unit: number): Node {
  let node = from;
  for (;;) {
    const child = node.next.get(unit);
    if (child !== undefined) return child;
    if (node.fallback === null) return node;
    node = node.fallback;
  }
}

function createNode(depth: number): Node {
  return { next: new Map(), fallback: null, depth, matched: 0 };
}
