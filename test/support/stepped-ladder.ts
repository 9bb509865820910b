import type { Ladder } from '../../src/core/index.ts';

/** A ladder of `rungs` configs of one fused matrix: rung i has 2(i + 1) bits and i + 1 planes. */
export function steppedLadder(rungs: number): Ladder {
  return Array.from({ length: rungs }, (_, i) => ({
    id: `q${2 * (i + 1)}`,
    averageBits: 2 * (i + 1),
    planes: [i + 1],
    ranks: [0],
    predictedKl: null,
    msPerToken: null,
  }));
}
