import { expect } from 'vitest';
import type { ModelRunner, PrecisionConfig } from '../../src/core/index.ts';

/** A sequence that both runners hold, each in a slot of its own. */
export interface Twin {
  readonly slots: readonly [number, number];
}

/** Two runners of the same model that are told the same, and whose logits are held against one another. */
export class TwinRunners {
  /** Largest relative difference so far. */
  worst = 0;
  readonly #expected: ModelRunner;
  readonly #actual: ModelRunner;
  readonly #tolerance: number;

  /** @param tolerance of ‖a − b‖ / ‖b‖ over the logits of a pass */
  constructor(expected: ModelRunner, actual: ModelRunner, tolerance: number) {
    this.#expected = expected;
    this.#actual = actual;
    this.#tolerance = tolerance;
  }

  acquire(): Twin {
    const [a, b] = [this.#expected.acquireSlot(), this.#actual.acquireSlot()];
    if (a === null || b === null) throw new Error('no slot is free');
    return { slots: [a, b] };
  }

  release({ slots: [a, b] }: Twin): void {
    this.#expected.releaseSlot(a);
    this.#actual.releaseSlot(b);
  }

  truncate({ slots: [a, b] }: Twin, tokens: number): void {
    this.#expected.truncate(a, tokens);
    this.#actual.truncate(b, tokens);
  }

  copyPrefix(from: Twin, to: Twin, tokens: number): void {
    this.#expected.copyPrefix(from.slots[0], to.slots[0], tokens);
    this.#actual.copyPrefix(from.slots[1], to.slots[1], tokens);
  }

  /** Runs tokens of one or several sequences, expects equal logits, and commits unless told otherwise. */
  async run(
    precision: PrecisionConfig,
    rows: readonly (readonly [Twin, readonly number[]])[],
    { logits = 'last', commits = true }: { logits?: 'last' | 'all'; commits?: boolean } = {},
  ): Promise<void> {
    const [expected, actual] = await Promise.all(
      [this.#expected, this.#actual].map(async (runner, i) => {
        const batch = rows.map(([{ slots }, tokens]) => ({
          slot: slots[i]!,
          tokens: Int32Array.from(tokens),
          logits,
        }));
        return (await runner.execute({ precision, rows: batch })).logits.slice();
      }),
    );
    const difference = relativeDifference(actual!, expected!);
    this.worst = Math.max(this.worst, difference);
    expect(difference, `${precision.id}, ${rows.length} rows`).toBeLessThan(this.#tolerance);
    if (!commits) return;
    for (const [{ slots }, tokens] of rows) {
      this.#expected.commit(slots[0], tokens.length);
      this.#actual.commit(slots[1], tokens.length);
    }
  }
}

/** ‖a − b‖ / ‖b‖; NaN when anything is. */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  let difference = 0;
  let size = 0;
  b.forEach((value, i) => {
    difference += (a[i]! - value) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(difference / size);
}
