import { Tensor } from 'onnxruntime-node';

/** Which learning rate a parameter follows: clipping factors, the fused cascade, or the live one. */
export type ParameterKind = 'clipping' | 'fused' | 'live';

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly shape: readonly number[];
  /** Row-major f32; learning changes it in place. */
  readonly data: Float32Array;
}

/** What a calibration step learns, by name. */
export class ParameterSet {
  readonly #parameters = new Map<string, Parameter>();

  add(name: string, kind: ParameterKind, shape: readonly number[], data: Float32Array): void {
    if (this.#parameters.has(name)) throw new Error(`parameter ${name} exists`);
    this.#parameters.set(name, { name, kind, shape, data });
  }

  get(name: string): Parameter {
    const parameter = this.#parameters.get(name);
    if (!parameter) throw new Error(`no parameter ${name}`);
    return parameter;
  }

  get all(): Parameter[] {
    return [...this.#parameters.values()];
  }

  /** Tensors over the parameters' own memory. */
  feeds(): Record<string, Tensor> {
    return Object.fromEntries(
      this.all.map(({ name, shape, data }) => [name, new Tensor('float32', data, shape)]),
    );
  }
}
