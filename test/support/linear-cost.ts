import type { CostModel, StepShape } from '../../src/scheduler/index.ts';

/** Milliseconds by rung: of any pass, of each row that decodes, of each prompt token. */
export interface LinearCostMs {
  readonly pass: readonly number[];
  readonly row: readonly number[];
  readonly token: readonly number[];
}

/** As measured on a 135M model on two cores, at 4 and 8 bits, with two rungs in between put on the line. */
export const MEASURED_MS: LinearCostMs = {
  pass: [4.3, 5.2, 6.1, 7],
  row: [2, 2.4, 2.7, 3.1],
  token: [1.3, 1.6, 1.8, 2.1],
};

/** A cost model that is right about a machine whose passes take linear time. */
export class LinearCost implements CostModel {
  readonly #ms: LinearCostMs;

  constructor(ms: LinearCostMs) {
    this.#ms = ms;
  }

  stepMs({ phase, rung, tokens }: StepShape): number {
    const each = phase === 'decode' ? this.#ms.row[rung] : this.#ms.token[rung];
    return (this.#ms.pass[rung] ?? Number.NaN) + (each ?? Number.NaN) * tokens;
  }

  observe(): void {}
}
