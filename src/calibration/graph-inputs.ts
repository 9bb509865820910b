import type { GraphBuilder, Value } from '../onnx/index.ts';

/** Inputs of a calibration graph, each declared where it is first used. */
export class GraphInputs {
  readonly g: GraphBuilder;
  readonly #declared = new Map<string, Value>();

  constructor(g: GraphBuilder) {
    this.g = g;
  }

  /** The f32 input `name`; the same value on every call. */
  f32(name: string, shape: readonly number[]): Value {
    const known = this.#declared.get(name);
    if (known) return known;
    const value = this.g.input(name, 'f32', shape);
    this.#declared.set(name, value);
    return value;
  }

  has(name: string): boolean {
    return this.#declared.has(name);
  }

  get(name: string): Value {
    const value = this.#declared.get(name);
    if (!value) throw new Error(`graph has no input ${name}`);
    return value;
  }
}
