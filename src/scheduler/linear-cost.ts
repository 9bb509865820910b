import type { CostEstimator, StepShape } from './step-shape.ts';

export type Phase = StepShape['phase'];

/** Milliseconds per unit of each feature of a phase, >= 0; see `stepFeatures`. */
export type CostWeights = readonly number[];

/** All that predictions depend on. Plain data. */
export interface CostParameters {
  /** How many times slower than its weights say the machine is now, > 0. */
  readonly slowness: number;
  /** One entry per rung. */
  readonly weights: Readonly<Record<Phase, readonly CostWeights[]>>;
}

/**
 * The first features belong to a rung: a pass and its products with the weights. The others cost the same at every
 * rung: keys and values know nothing of precision.
 */
export const RUNG_FEATURES = 2;

/**
 * What a step's time is linear in. Decode: 1, rows, context tokens, moved rows. Prefill of n tokens behind c: 1, n, and
 * the pairs of positions that attend, n·c + n²/2. Each grows with rows, tokens and context, and so does every prediction.
 */
export function stepFeatures(shape: StepShape): number[] {
  const { rows, tokens, contextTokens, movedRows } = shape;
  return shape.phase === 'decode'
    ? [1, rows, contextTokens, movedRows]
    : [1, tokens, tokens * contextTokens + (tokens * tokens) / 2];
}

/** w · features, without slowness. */
export function weighStep(weights: CostWeights, shape: StepShape): number {
  return stepFeatures(shape).reduce((sum, feature, i) => sum + feature * (weights[i] ?? 0), 0);
}

/** Predicts slowness × (weights · features): never negative. Throws RangeError for a rung without weights. */
export function linearCost({ slowness, weights }: CostParameters): CostEstimator {
  return {
    stepMs: (shape) => slowness * weighStep(weightsOf(weights[shape.phase], shape.rung), shape),
  };
}

export function weightsOf(weights: readonly CostWeights[], rung: number): CostWeights {
  const found = weights[rung];
  if (found === undefined) throw new RangeError(`Rung ${rung} is outside the ${weights.length} with a cost.`);
  return found;
}
