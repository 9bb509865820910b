import { nonNegativeLeastSquares } from '../numerics/index.ts';
import { addOuter, fitPhase, trust } from './cost-fit.ts';
import type { CostSample } from './cost-model.ts';
import { type CostWeights, stepFeatures, weighStep, weightsOf } from './linear-cost.ts';
import type { StepShape } from './step-shape.ts';

/** State of a phase, as plain data. */
export interface PhaseCostState {
  readonly guess: CostWeights;
  readonly early: readonly CostSample[];
  readonly weights: readonly CostWeights[];
  readonly grams: readonly (readonly number[])[];
  readonly hold: CostWeights;
}

/** With fewer samples than this, each new one joins them and all are fitted anew: a line through so few is no prior. */
const ENOUGH_SAMPLES = 16;
/** Steps of a rung that its weights remember. */
const MEMORY = 150;
/** Steps that the profile of a rung counts for at first. */
const PROFILE_STEPS = 30;
/** Steps' worth of inertia in every direction, also those that the last steps told nothing about. */
const INERTIA = 8;
const FORGETTING = 1 - 1 / MEMORY;

/**
 * The weights of one phase, per rung. They follow lasting differences between rungs and shapes by damped recursive
 * least squares; what slows all rungs alike is not theirs to learn.
 *
 * For a step of features f that took y where p = w·f was predicted, the weights become
 *
 *     argmin_{v >= 0} (v − w)ᵀ (G + H) (v − w) + ω ((v·f − y) / p)²,   then G ← λ G + ω f fᵀ / p²
 *
 * with ω the trust in y. H holds where steps of one kind have made G forget all others, so that a new kind of step
 * does not throw the weights about.
 */
export class PhaseCost {
  readonly #guess: CostWeights;
  #early: CostSample[];
  #weights: readonly CostWeights[] = [];
  #grams: Float64Array[] = [];
  /** Diagonal of H. */
  #hold: CostWeights = [];
  /** The shape that the samples have in common; the guess where there are none. */
  pooled: CostWeights;

  private constructor(guess: CostWeights) {
    this.#guess = guess;
    this.#early = [];
    this.pooled = guess;
  }

  /**
   * @param samples of this phase; weights are 0 while there are none
   * @param guess weights up to a factor, for what the samples do not tell
   */
  static fitted(rungs: number, samples: readonly CostSample[], guess: CostWeights): PhaseCost {
    const cost = new PhaseCost(guess);
    cost.#weights = Array.from({ length: rungs }, () => guess.map(() => 0));
    cost.#early = [...samples];
    if (samples.length > 0) cost.#refit();
    return cost;
  }

  static restored(state: PhaseCostState): PhaseCost {
    const cost = new PhaseCost(state.guess);
    cost.#early = [...state.early];
    cost.#weights = state.weights;
    cost.#grams = state.grams.map((gram) => Float64Array.from(gram));
    cost.#hold = state.hold;
    return cost;
  }

  save(): PhaseCostState {
    return {
      guess: this.#guess,
      early: [...this.#early],
      weights: this.#weights,
      grams: this.#grams.map((gram) => [...gram]),
      hold: this.#hold,
    };
  }

  /** Predicts by `weights` until there is a sample. */
  borrow(weights: readonly CostWeights[]): void {
    this.#weights = weights;
  }

  /** Per rung; a new array after every change. */
  get weights(): readonly CostWeights[] {
    return this.#weights;
  }

  /** Whether the weights stand on enough samples to tell a slow machine from a wrong fit. */
  get settled(): boolean {
    return this.#early.length >= ENOUGH_SAMPLES;
  }

  /** @param ms > 0, freed of what slows all rungs alike */
  observe(shape: StepShape, ms: number): void {
    if (this.settled) this.#follow(shape, ms);
    else {
      this.#early.push({ shape, ms });
      this.#refit();
    }
  }

  #refit(): void {
    const { weights, pooled, grams } = fitPhase(this.#weights.length, this.#early, this.#guess);
    this.pooled = pooled;
    this.#weights = weights;
    this.#grams = grams.map((gram) => gram.map((entry) => entry * PROFILE_STEPS));
    this.#hold = holds(grams, this.#early);
  }

  #follow(shape: StepShape, ms: number): void {
    const weights = weightsOf(this.#weights, shape.rung);
    const predicted = weighStep(weights, shape);
    const features = stepFeatures(shape);
    const scale = predicted > 0 ? predicted : ms;
    const weight = (predicted > 0 ? trust(predicted, ms) : 1) / (scale * scale);
    const kept = this.#grams[shape.rung] ?? new Float64Array(features.length ** 2);
    const next = this.#solve(kept, weights, features, weight, ms);
    this.#weights = this.#weights.with(shape.rung, next);
    for (let i = 0; i < kept.length; i++) kept[i] = FORGETTING * (kept[i] ?? 0);
    addOuter(kept, features, weight);
  }

  /** The minimum above: (G + H + ωffᵀ/p²) v = (G + H) w + ωfy/p², v >= 0. */
  #solve(kept: Float64Array, weights: CostWeights, features: number[], weight: number, ms: number): number[] {
    const n = features.length;
    const gram = Float64Array.from(kept);
    for (let i = 0; i < n; i++) gram[i * n + i] = (gram[i * n + i] ?? 0) + (this.#hold[i] ?? 0);
    const moment = Float64Array.from(features, (feature, i) => {
      const held = weights.reduce((sum, other, j) => sum + (gram[i * n + j] ?? 0) * other, 0);
      return held + weight * feature * ms;
    });
    addOuter(gram, features, weight);
    return [...nonNegativeLeastSquares(gram, moment)];
  }
}

/** Diagonal of H; where no sample has told of a feature, one unit of it is weighed as one typical step. */
function holds(grams: readonly Float64Array[], samples: readonly CostSample[]): CostWeights {
  const n = Math.sqrt(grams[0]?.length ?? 0);
  const typical = samples.reduce((sum, { ms }) => sum + 1 / (ms * ms), 0) / samples.length;
  return Array.from({ length: n }, (_, i) => {
    const seen = grams.reduce((sum, gram) => sum + (gram[i * n + i] ?? 0), 0) / grams.length;
    return seen > 0 ? INERTIA * seen : typical;
  });
}
