/** Running means of a parameter's gradient and of its square. */
export interface AdamMoments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface AdamWSettings {
  /** η of this step. */
  readonly rate: number;
  /** λ. */
  readonly decay: number;
  /** Of the running mean of squares. */
  readonly beta2: number;
  /** Factor to apply to the gradient first. */
  readonly scale: number;
}

const BETA1 = 0.9;
const EPSILON = 1e-8;

/**
 * One step of AdamW for one parameter: m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − η (m̂/(√v̂ + ε) + λθ), with
 * β₁ = 0.9, ε = 1e-8 and m̂, v̂ freed of their bias towards 0. Sums in float64, stored in f32.
 *
 * @param data θ, changed
 * @param gradient g, of the same length
 * @param moments m and v, of the same length, changed
 * @param updates how many updates of this parameter that makes, from 1
 * Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", 2019.
 */
export function adamWUpdate(
  data: Float32Array,
  gradient: Float32Array,
  { first, second }: AdamMoments,
  updates: number,
  { rate, decay, beta2, scale }: AdamWSettings,
): void {
  const correction1 = 1 - BETA1 ** updates;
  const correction2 = 1 - beta2 ** updates;
  for (let i = 0; i < data.length; i++) {
    const slope = gradient[i]! * scale;
    const m = BETA1 * first[i]! + (1 - BETA1) * slope;
    const v = beta2 * second[i]! + (1 - beta2) * slope * slope;
    first[i] = m;
    second[i] = v;
    data[i]! -= rate * (m / correction1 / (Math.sqrt(v / correction2) + EPSILON) + decay * data[i]!);
  }
}
