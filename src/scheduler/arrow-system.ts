import { type CostWeights, RUNG_FEATURES } from './linear-cost.ts';

/**
 * How the rungs hang together by the weights they share. With own weights aᵣ per rung and shared weights c, all that
 * is known of a phase is one quadratic form whose matrix has the shape of an arrow: a block per rung, joined only by
 * c. So a change of c made for one rung is answered for each other rung in closed form, by its own block alone.
 *
 * A block is [n, n] row-major, its first `RUNG_FEATURES` unknowns the rung's own; `hold` is added to its diagonal.
 */
export function sharedInformation(block: Float64Array, hold: CostWeights): Float64Array {
  const n = hold.length;
  const shared = n - RUNG_FEATURES;
  const answers = ownAnswers(block, hold);
  const rest = new Float64Array(shared * shared);
  for (let i = 0; i < shared; i++) {
    for (let j = 0; j < shared; j++) {
      let sum = at(block, n, RUNG_FEATURES + i, RUNG_FEATURES + j);
      for (let k = 0; k < RUNG_FEATURES; k++) {
        sum -= at(block, n, RUNG_FEATURES + i, k) * (answers[j]?.[k] ?? 0);
      }
      rest[i * shared + j] = sum;
    }
  }
  return rest;
}

/** The own weights of a rung after the shared ones have changed by `change`: what it knows of its steps still holds. */
export function answerTo(
  change: readonly number[],
  own: CostWeights,
  block: Float64Array,
  hold: CostWeights,
): number[] {
  const answers = ownAnswers(block, hold);
  return own.map((weight, k) => {
    const moved = change.reduce((sum, delta, j) => sum + delta * (answers[j]?.[k] ?? 0), 0);
    return Math.max(0, weight - moved);
  });
}

/** Per shared unknown j: (A + hold)⁻¹ bⱼ, with A the own part of the block and bⱼ its column beside A. */
function ownAnswers(block: Float64Array, hold: CostWeights): [number, number][] {
  const n = hold.length;
  const a = at(block, n, 0, 0) + (hold[0] ?? 0);
  const b = at(block, n, 0, 1);
  const d = at(block, n, 1, 1) + (hold[1] ?? 0);
  const determinant = a * d - b * b;
  return Array.from({ length: n - RUNG_FEATURES }, (_, j) => {
    const x = at(block, n, 0, RUNG_FEATURES + j);
    const y = at(block, n, 1, RUNG_FEATURES + j);
    return [(d * x - b * y) / determinant, (a * y - b * x) / determinant];
  });
}

function at(block: Float64Array, n: number, i: number, j: number): number {
  return block[i * n + j] ?? 0;
}
