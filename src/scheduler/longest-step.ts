import type { CostEstimator, StepShape } from './step-shape.ts';

/** What bounds a step. */
export interface StepBounds {
  readonly rungs: number;
  readonly slots: number;
  /** Prompt tokens per step. */
  readonly prefillChunk: number;
  readonly contextLength: number;
}

/**
 * About what the longest step takes that can be planned: a full prefill chunk at the end of the longest context, and
 * decoding in every slot, all at one rung or spread over as many as there can be groups. Allocates a few short arrays.
 */
export function longestStepMs(cost: CostEstimator, bounds: StepBounds): number {
  const { rungs, slots, contextLength } = bounds;
  const tokens = Math.min(bounds.prefillChunk, contextLength);
  const groups = Math.min(rungs, slots);
  const everyRung = Array.from({ length: rungs }, (_, rung) => rung);
  const decode = (rung: number, rows: number): number =>
    cost.stepMs(shape('decode', rung, { rows, tokens: rows, contextTokens: rows * contextLength }));
  const prefills = everyRung.map((rung) =>
    cost.stepMs(shape('prefill', rung, { rows: 1, tokens, contextTokens: contextLength - tokens })),
  );
  const together = everyRung.map((rung) => decode(rung, slots));
  const spread = everyRung
    .map((rung) => decode(rung, Math.ceil(slots / groups)))
    .sort((a, b) => b - a)
    .slice(0, groups)
    .reduce((sum, ms) => sum + ms, 0);
  return Math.max(...prefills) + Math.max(spread, ...together);
}

function shape(
  phase: StepShape['phase'],
  rung: number,
  counts: Pick<StepShape, 'rows' | 'tokens' | 'contextTokens'>,
): StepShape {
  return { phase, rung, ...counts, movedRows: phase === 'decode' ? counts.rows : 0 };
}
