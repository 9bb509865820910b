import type { CostModel, CostSample } from './cost-model.ts';
import { type CostParameters, type Phase, weighStep, weightsOf } from './linear-cost.ts';
import { PhaseCost, type PhaseCostState } from './phase-cost.ts';
import { Slowness } from './slowness.ts';
import type { StepShape } from './step-shape.ts';

/** Weighted mean of |predicted − measured| / measured over the last steps of a phase; null before there was one. */
export type CostErrors = Readonly<Record<Phase, number | null>>;

/** Everything that a learned cost knows, as plain data. */
export interface LearnedCostState {
  readonly slowness: readonly number[];
  readonly decode: PhaseCostState;
  readonly prefill: PhaseCostState;
  readonly errors: CostErrors;
  readonly observed: Readonly<Record<Phase, number>>;
}

/**
 * Milliseconds of a step, learned. A prediction is slowness × (weights of phase and rung) · features: weights come
 * from a profile and learn slowly what differs between rungs and shapes; the slowness follows within some tens of
 * steps what holds for all of them, so a rung that has not run lately follows the machine as well. One step that took
 * far longer than predicted moves neither by much.
 *
 * Predictions are never negative and grow with rows, tokens, context and moved rows. Equal observations in equal
 * order give equal predictions.
 */
export interface LearnedCost extends CostModel {
  /** What is not a positive time is passed over. */
  observe(shape: StepShape, ms: number): void;
  errors(): CostErrors;
  /** What predictions depend on now; stays as it is. */
  parameters(): CostParameters;
  /** For `restoreLearnedCost`; stays as it is. */
  save(): LearnedCostState;
}

/** Up to a factor: a step costs as much in itself as two rows or tokens, and the context next to nothing. */
const PLAIN_GUESS = [2, 1, 1e-3, 0];
/** Steps that the mean error remembers. */
const ERROR_MEMORY = 50;

/**
 * @param rungs of the ladder; rungs without samples borrow from their neighbours, a phase without samples from the other
 * @param samples of a profile; without any, every step is free until the first one has been observed
 *
 * Throws RangeError when a sample's rung is outside the ladder.
 */
export function createLearnedCost(rungs: number, samples: readonly CostSample[]): LearnedCost {
  for (const { shape } of samples) {
    if (!(shape.rung >= 0 && shape.rung < rungs)) {
      throw new RangeError(`A cost sample of rung ${shape.rung} for a ladder of ${rungs}.`);
    }
  }
  const ofPhase = (phase: Phase) => samples.filter(({ shape, ms }) => shape.phase === phase && ms > 0);
  const [decodes, prefills] = [ofPhase('decode'), ofPhase('prefill')];
  const decode = PhaseCost.fitted(rungs, decodes, PLAIN_GUESS);
  // A token of a chunk costs about what a row does, and so does a pair of positions that attend.
  const prefill = PhaseCost.fitted(rungs, prefills, decode.pooled.slice(0, 3));
  if (prefills.length === 0) prefill.borrow(decode.weights.map((weights) => weights.slice(0, 3)));
  if (decodes.length === 0) decode.borrow(prefill.weights.map((weights) => [...weights, 0]));
  return new OnlineCost(
    { decode, prefill },
    new Slowness(),
    { decode: null, prefill: null },
    { decode: 0, prefill: 0 },
  );
}

export function restoreLearnedCost(state: LearnedCostState): LearnedCost {
  const phases = { decode: PhaseCost.restored(state.decode), prefill: PhaseCost.restored(state.prefill) };
  return new OnlineCost(phases, new Slowness(state.slowness), state.errors, state.observed);
}

class OnlineCost implements LearnedCost {
  readonly #phases: Readonly<Record<Phase, PhaseCost>>;
  readonly #slowness: Slowness;
  readonly #errors: Record<Phase, number | null>;
  readonly #observed: Record<Phase, number>;

  constructor(
    phases: Readonly<Record<Phase, PhaseCost>>,
    slowness: Slowness,
    errors: CostErrors,
    observed: Readonly<Record<Phase, number>>,
  ) {
    this.#phases = phases;
    this.#slowness = slowness;
    this.#errors = { ...errors };
    this.#observed = { ...observed };
  }

  stepMs(shape: StepShape): number {
    return this.#slowness.value * this.#weigh(shape);
  }

  observe(shape: StepShape, ms: number): void {
    if (!(ms > 0 && Number.isFinite(ms))) return;
    const phase = this.#phases[shape.phase];
    const weighed = this.#weigh(shape);
    this.#noteError(shape.phase, Math.abs(this.#slowness.value * weighed - ms) / ms);
    if (phase.settled && weighed > 0) this.#slowness.observe(ms / weighed);
    phase.observe(shape, ms / this.#slowness.value);
  }

  errors(): CostErrors {
    return { ...this.#errors };
  }

  parameters(): CostParameters {
    const { decode, prefill } = this.#phases;
    return { slowness: this.#slowness.value, weights: { decode: decode.weights, prefill: prefill.weights } };
  }

  save(): LearnedCostState {
    return {
      slowness: this.#slowness.save(),
      decode: this.#phases.decode.save(),
      prefill: this.#phases.prefill.save(),
      errors: this.errors(),
      observed: { ...this.#observed },
    };
  }

  #weigh(shape: StepShape): number {
    return weighStep(weightsOf(this.#phases[shape.phase].weights, shape.rung), shape);
  }

  #noteError(phase: Phase, error: number): void {
    const count = ++this.#observed[phase];
    const before = this.#errors[phase] ?? 0;
    this.#errors[phase] = before + (error - before) / Math.min(count, ERROR_MEMORY);
  }
}
