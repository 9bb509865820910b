import type { TrainedKind, TrainedParameter } from './initial-parameters.ts';

export interface OptimizerOptions {
  readonly learningRate: number;
  /** Of matrices. */
  readonly weightDecay: number;
  /** Largest norm of all gradients together; longer ones are scaled down to it. */
  readonly gradientNorm: number;
  readonly warmUpSteps: number;
  readonly totalSteps: number;
}

/** Running means of the gradient and of its square, one pair per parameter. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

const BETA1 = 0.9;
const BETA2 = 0.95;
const EPSILON = 1e-8;
/** Where the cosine ends, as a share of the learning rate. */
const FINAL_SHARE = 0.05;

/** Share of the learning rate at `step` (from 0): linear warm-up, then a cosine down to a twentieth. */
export function scheduleAt(step: number, { warmUpSteps, totalSteps }: OptimizerOptions): number {
  if (step < warmUpSteps) return (step + 1) / warmUpSteps;
  const done = Math.min(1, (step - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps));
  return FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + Math.cos(Math.PI * done));
}

/** √Σ g² over all gradients. */
export function globalNorm(gradients: Iterable<Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  }
  return Math.sqrt(sum);
}

/**
 * One step of AdamW: m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − η (m̂/(√v̂ + ε) + λθ), g scaled by
 * min(1, gradientNorm/‖g‖), β₂ = 0.95 as is usual for language models. Changes parameters and moments in place.
 *
 * @param step from 0
 * @param gradients by parameter name, of the parameter's length
 * @returns the norm of the gradients before they were scaled
 * Source: Loshchilov & Hutter, 2019.
 */
export function adamWStep(
  parameters: readonly TrainedParameter[],
  moments: ReadonlyMap<string, Moments>,
  gradients: ReadonlyMap<string, Float32Array>,
  step: number,
  options: OptimizerOptions,
): number {
  const norm = globalNorm(gradients.values());
  const scale = norm > options.gradientNorm ? options.gradientNorm / norm : 1;
  const rate = options.learningRate * scheduleAt(step, options);
  const correction1 = 1 - BETA1 ** (step + 1);
  const correction2 = Math.sqrt(1 - BETA2 ** (step + 1));
  const decay: Record<TrainedKind, number> = { matrix: options.weightDecay, vector: 0 };
  for (const { name, kind, data } of parameters) {
    const gradient = gradients.get(name)!;
    const { first, second } = moments.get(name)!;
    const keep = 1 - rate * decay[kind];
    const stride = rate / correction1;
    for (let i = 0; i < data.length; i++) {
      const g = gradient[i]! * scale;
      const m = BETA1 * first[i]! + (1 - BETA1) * g;
      const v = BETA2 * second[i]! + (1 - BETA2) * g * g;
      first[i] = m;
      second[i] = v;
      data[i] = keep * data[i]! - (stride * m) / (Math.sqrt(v) / correction2 + EPSILON);
    }
  }
  return norm;
}
