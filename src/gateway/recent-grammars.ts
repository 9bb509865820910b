import { createHash } from 'node:crypto';
import type { OutputConstraint, OutputGrammar } from '../core/index.ts';
import type { TaskResult } from './worker-task.ts';

type MadeGrammar = Promise<TaskResult<OutputGrammar>>;

const MAX_RESULTS = 64;
const MAX_BYTES = 64 * 2 ** 20;

/**
 * What was made of constraints lately, or why it was refused: clients send the same schemas again and again, and should
 * not wait for those of others that are made.
 */
export class RecentGrammars {
  readonly #maxBytes: number;
  /** The most recently used last. */
  readonly #results = new Map<string, { readonly made: MadeGrammar; bytes: number }>();
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** What is kept of `constraint`, or else what `make` makes of it; that is not kept if it fails. */
  of(constraint: OutputConstraint, make: () => MadeGrammar): MadeGrammar {
    const name = createHash('sha256').update(JSON.stringify(constraint)).digest('base64url');
    const known = this.#results.get(name);
    if (known !== undefined) {
      this.#results.delete(name);
      this.#results.set(name, known);
      return known.made;
    }
    const made = make();
    const result = { made, bytes: 0 };
    this.#results.set(name, result);
    made.then(
      (settled) => {
        if (this.#results.get(name) !== result) return;
        result.bytes = settled.ok ? bytesOf(settled.value) : 0;
        this.#bytes += result.bytes;
        this.#trim();
      },
      () => {
        if (this.#results.get(name) === result) this.#drop(name);
      },
    );
    this.#trim();
    return made;
  }

  #trim(): void {
    for (const name of this.#results.keys()) {
      if (this.#results.size <= MAX_RESULTS && this.#bytes <= this.#maxBytes) break;
      this.#drop(name);
    }
  }

  #drop(name: string): void {
    this.#bytes -= this.#results.get(name)?.bytes ?? 0;
    this.#results.delete(name);
  }
}

function bytesOf(grammar: OutputGrammar): number {
  const { edgeStart, edges, callStart, calls, accepting, rest } = grammar;
  return [edgeStart, edges, callStart, calls, accepting, rest].reduce(
    (sum, { byteLength }) => sum + byteLength,
    0,
  );
}
