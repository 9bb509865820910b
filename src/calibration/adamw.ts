import type { Parameter, ParameterKind } from './parameter-set.ts';

export interface AdamWOptions {
  readonly learningRate: Readonly<Record<ParameterKind, number>>;
  /** Steps until the cosine schedule ends, at a hundredth of the learning rate. */
  readonly totalSteps: number;
  readonly weightDecay: number;
}

/** Running means of a parameter's gradient and of its square. */
interface Moments {
  updates: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
const FINAL_FRACTION = 0.01;

/**
 * AdamW (Loshchilov & Hutter, 2019) with a cosine schedule:
 * m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − η_t (m̂/(√v̂ + ε) + λθ).
 * Decay applies to cascades alone: clipping factors have no reason to shrink.
 */
export class AdamW {
  readonly #options: AdamWOptions;
  readonly #moments = new Map<string, Moments>();
  #step = 0;

  constructor(options: AdamWOptions) {
    this.#options = options;
  }

  /**
   * One step of the schedule. Changes the given parameters in place and no others: one that sits out a step keeps
   * its moments, whose bias is corrected by its own number of updates.
   *
   * @param gradients by parameter name, f32 of the parameter's length
   */
  update(parameters: readonly Parameter[], gradients: Readonly<Record<string, Float32Array>>): void {
    const { learningRate, weightDecay } = this.#options;
    this.#step++;
    const schedule = this.#schedule();
    for (const { name, kind, data } of parameters) {
      const gradient = gradients[name];
      if (!gradient || gradient.length !== data.length) throw new Error(`no gradient of ${name}`);
      const moments = this.#momentsOf(name, data.length);
      const { first, second } = moments;
      moments.updates++;
      const correction1 = 1 - BETA1 ** moments.updates;
      const correction2 = 1 - BETA2 ** moments.updates;
      const rate = learningRate[kind] * schedule;
      const decay = kind === 'clipping' ? 0 : weightDecay;
      for (let i = 0; i < data.length; i++) {
        const slope = gradient[i]!;
        const m = BETA1 * first[i]! + (1 - BETA1) * slope;
        const v = BETA2 * second[i]! + (1 - BETA2) * slope * slope;
        first[i] = m;
        second[i] = v;
        data[i]! -= rate * (m / correction1 / (Math.sqrt(v / correction2) + EPSILON) + decay * data[i]!);
      }
    }
  }

  #schedule(): number {
    const done = Math.min(1, (this.#step - 1) / Math.max(1, this.#options.totalSteps));
    return FINAL_FRACTION + (1 - FINAL_FRACTION) * 0.5 * (1 + Math.cos(Math.PI * done));
  }

  #momentsOf(name: string, length: number): Moments {
    let moments = this.#moments.get(name);
    if (!moments) {
      moments = { updates: 0, first: new Float32Array(length), second: new Float32Array(length) };
      this.#moments.set(name, moments);
    }
    return moments;
  }
}
