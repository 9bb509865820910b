import { addOuterProduct, nonNegativeLeastSquares } from '../numerics/index.ts';
import { answerTo, sharedInformation } from './arrow-system.ts';
import { DOUBTFUL, fitPhase, trust } from './cost-fit.ts';
import type { CostSample } from './cost-model.ts';
import { type CostWeights, RUNG_FEATURES, stepFeatures, weighStep, weightsOf } from './linear-cost.ts';
import type { StepShape } from './step-shape.ts';

/** State of a phase, as plain data. */
export interface PhaseCostState {
  readonly guess: CostWeights;
  readonly early: readonly CostSample[];
  readonly weights: readonly CostWeights[];
  readonly grams: readonly (readonly number[])[];
  readonly hold: CostWeights;
  readonly scatters: readonly number[];
}

/** With fewer samples than this, each new one joins them and all are fitted anew: a line through so few is no prior. */
const ENOUGH_SAMPLES = 8;
/** Steps of a rung that its weights remember. */
const MEMORY = 60;
/** Steps that the profile of a rung counts for at first. */
const PROFILE_STEPS = 15;
/** Steps' worth of inertia in every direction, also those that the last steps told nothing about. */
const INERTIA = 4;
/** Steps of a rung over which the size of its errors is averaged. */
const SCATTER_MEMORY = 30;
/** An error counts as this large there at most. */
const OUTLIER = 0.5;
const DOUBTFUL_PER_SCATTER = 1.5;
const FORGETTING = 1 - 1 / MEMORY;

/**
 * The weights of one phase, per rung. They follow lasting differences between rungs and shapes by damped recursive
 * least squares; what slows all rungs alike is not theirs to learn.
 *
 * For a step of features f that took y where p = w·f was predicted, the weights become
 *
 *     argmin_{v >= 0} (v − w)ᵀ (G + H) (v − w) + ω ((v·f − y) / p)²,   then G ← λ G + ω f fᵀ / p²
 *
 * with ω the trust in y. The weights that belong to no rung change for all, and what the other rungs know of them
 * counts in G (`arrow-system.ts`). H holds where steps of one kind have made G forget all others, so that a new kind of
 * step does not throw the weights about.
 */
export class PhaseCost {
  readonly #guess: CostWeights;
  #early: CostSample[];
  #weights: readonly CostWeights[] = [];
  #grams: Float64Array[] = [];
  /** Per rung: a running mean of the size of errors. */
  #scatters: readonly number[] = [];
  /** Diagonal of H. */
  #hold: CostWeights = [];
  /** The shape that the rungs have in common, up to a factor; the guess where there are no samples. */
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
    cost.#scatters = state.scatters;
    return cost;
  }

  save(): PhaseCostState {
    return {
      guess: this.#guess,
      early: [...this.#early],
      weights: this.#weights,
      grams: this.#grams.map((gram) => [...gram]),
      hold: this.#hold,
      scatters: this.#scatters,
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
    this.#scatters = weights.map(() => 0);
  }

  #follow(shape: StepShape, ms: number): void {
    const weights = weightsOf(this.#weights, shape.rung);
    const predicted = weighStep(weights, shape);
    const features = stepFeatures(shape);
    const scale = predicted > 0 ? predicted : ms;
    const weight = this.#trust(shape.rung, Math.log(ms / scale)) / (scale * scale);
    const next = this.#solve(shape.rung, features, weight, ms);
    const change = features.slice(RUNG_FEATURES).map((_, j) => {
      const i = RUNG_FEATURES + j;
      return (next[i] ?? 0) - (weights[i] ?? 0);
    });
    const common = next.slice(RUNG_FEATURES);
    this.#weights = this.#weights.map((others, rung) => {
      if (rung === shape.rung) return next;
      const own = answerTo(change, others.slice(0, RUNG_FEATURES), this.#gramOf(rung), this.#hold);
      return [...own, ...common];
    });
    const gram = this.#gramOf(shape.rung).map((entry) => FORGETTING * entry);
    addOuterProduct(gram, features, weight);
    this.#grams[shape.rung] = gram;
  }

  /** Of a rung whose steps keep missing what was predicted, errors are no outliers: they are believed the more. */
  #trust(rung: number, error: number): number {
    const scatter = this.#scatters[rung] ?? 0;
    const next = scatter + (Math.min(Math.abs(error), OUTLIER) - scatter) / SCATTER_MEMORY;
    this.#scatters = this.#scatters.with(rung, next);
    return trust(error, Math.max(DOUBTFUL, DOUBTFUL_PER_SCATTER * next));
  }

  /** The minimum above: (G + H + ωffᵀ/p²) v = (G + H) w + ωfy/p², v >= 0, where G also holds what others know of c. */
  #solve(rung: number, features: readonly number[], weight: number, ms: number): number[] {
    const n = features.length;
    const weights = weightsOf(this.#weights, rung);
    const gram = Float64Array.from(this.#gramOf(rung));
    this.#hold.forEach((hold, i) => {
      gram[i * n + i] = (gram[i * n + i] ?? 0) + hold;
    });
    this.#addOthers(gram, rung);
    const moment = Float64Array.from(features, (feature, i) => {
      const held = weights.reduce((sum, other, j) => sum + (gram[i * n + j] ?? 0) * other, 0);
      return held + weight * feature * ms;
    });
    addOuterProduct(gram, features, weight);
    return [...nonNegativeLeastSquares(gram, moment)];
  }

  #addOthers(gram: Float64Array, rung: number): void {
    const n = this.#hold.length;
    const shared = n - RUNG_FEATURES;
    this.#grams.forEach((other, otherRung) => {
      if (otherRung === rung) return;
      sharedInformation(other, this.#hold).forEach((entry, k) => {
        const i = RUNG_FEATURES + Math.floor(k / shared);
        const j = RUNG_FEATURES + (k % shared);
        gram[i * n + j] = (gram[i * n + j] ?? 0) + entry;
      });
    });
  }

  #gramOf(rung: number): Float64Array {
    return this.#grams[rung] ?? new Float64Array(this.#hold.length ** 2);
  }
}

/** Diagonal of H; where no sample has told of a feature, one unit of it is weighed as one typical step. */
function holds(grams: readonly Float64Array[], samples: readonly CostSample[]): CostWeights {
  const n = Math.sqrt(grams[0]?.length ?? 0);
  const typical = samples.reduce((sum, { ms }) => sum + 1 / (ms * ms), 0) / samples.length;
  return Array.from({ length: n }, (_, i) => {
    const seen = Math.max(...grams.map((gram) => gram[i * n + i] ?? 0));
    return seen > 0 ? INERTIA * seen : typical;
  });
}
