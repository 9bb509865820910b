import type { CostSample, StepShape } from '../../src/scheduler/index.ts';

/** How much more a rung's pass and products take than the lowest rung's. */
const RUNG_FACTORS = [1, 1.2, 1.5, 1.6, 2];
export const RUNGS = RUNG_FACTORS.length;

export function decodeShape(rung: number, rows: number, contextTokens: number, movedRows = 0): StepShape {
  return { phase: 'decode', rung, rows, tokens: rows, contextTokens, movedRows };
}

export function prefillShape(rung: number, tokens: number, contextTokens: number): StepShape {
  return { phase: 'prefill', rung, rows: 1, tokens, contextTokens, movedRows: 0 };
}

/** A machine whose steps take exactly what the features of a learned cost can say. */
export function trueMs({ phase, rung, rows, tokens, contextTokens, movedRows }: StepShape): number {
  const factor = RUNG_FACTORS[rung] ?? 0;
  return phase === 'decode'
    ? (1 + 0.4 * rows) * factor + 0.001 * contextTokens + 2 * movedRows
    : (2 + 0.3 * tokens) * factor + 0.0003 * (tokens * contextTokens + tokens ** 2 / 2);
}

/** What a profile of that machine would bring, of the given rungs. */
export function profileOf(rungs: readonly number[], ms: (shape: StepShape) => number = trueMs): CostSample[] {
  return rungs
    .flatMap((rung) => [
      decodeShape(rung, 1, 0),
      decodeShape(rung, 2, 0),
      decodeShape(rung, 4, 0),
      decodeShape(rung, 8, 0),
      decodeShape(rung, 1, 128),
      decodeShape(rung, 8, 1024),
      decodeShape(rung, 2, 256, 2),
      prefillShape(rung, 32, 0),
      prefillShape(rung, 128, 0),
      prefillShape(rung, 128, 128),
    ])
    .map((shape) => ({ shape, ms: ms(shape) }));
}
