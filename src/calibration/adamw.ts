import { type AdamMoments, adamWUpdate } from '../numerics/index.ts';
import type { Parameter, ParameterKind } from './parameter-set.ts';

export interface AdamWOptions {
  readonly learningRate: Readonly<Record<ParameterKind, number>>;
  /** Steps until the cosine schedule ends, at a hundredth of the learning rate. */
  readonly totalSteps: number;
  readonly weightDecay: number;
}

interface Moments extends AdamMoments {
  updates: number;
}

const BETA2 = 0.999;
const FINAL_FRACTION = 0.01;

/**
 * AdamW with a cosine schedule, see `adamWUpdate`. Decay applies to cascades alone: clipping factors have no reason to shrink.
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
      moments.updates++;
      const rate = learningRate[kind] * schedule;
      const decay = kind === 'clipping' ? 0 : weightDecay;
      adamWUpdate(data, gradient, moments, moments.updates, { rate, decay, beta2: BETA2, scale: 1 });
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
