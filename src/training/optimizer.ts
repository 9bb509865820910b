import { type AdamMoments, adamWUpdate } from '../numerics/index.ts';
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

/** As is usual for language models. */
const BETA2 = 0.95;
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
 * One step of AdamW on all parameters, gradients scaled by min(1, gradientNorm/‖g‖) first. Changes parameters and
 * moments in place.
 *
 * @param step from 0
 * @param gradients by parameter name, of the parameter's length
 * @returns the norm of the gradients before they were scaled
 */
export function optimizerStep(
  parameters: readonly TrainedParameter[],
  moments: ReadonlyMap<string, AdamMoments>,
  gradients: ReadonlyMap<string, Float32Array>,
  step: number,
  options: OptimizerOptions,
): number {
  const norm = globalNorm(gradients.values());
  const scale = norm > options.gradientNorm ? options.gradientNorm / norm : 1;
  const rate = options.learningRate * scheduleAt(step, options);
  const decay: Record<TrainedKind, number> = { matrix: options.weightDecay, vector: 0 };
  for (const { name, kind, data } of parameters) {
    const settings = { rate, decay: decay[kind], beta2: BETA2, scale };
    adamWUpdate(data, gradients.get(name)!, moments.get(name)!, step + 1, settings);
  }
  return norm;
}
