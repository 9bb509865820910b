import type { GraphBuilder, Value } from '../onnx/index.ts';

/** Inputs of a graph that is differentiated, each declared where it is first used. */
export class GraphInputs {
  readonly g: GraphBuilder;
  readonly #declared: Map<string, Value>;
  readonly #nameOf: (name: string) => string;

  constructor(g: GraphBuilder, declared = new Map<string, Value>(), nameOf = (name: string) => name) {
    this.g = g;
    this.#declared = declared;
    this.#nameOf = nameOf;
  }

  /** The same inputs under other names: of one block among several of a graph. */
  renamed(nameOf: (name: string) => string): GraphInputs {
    return new GraphInputs(this.g, this.#declared, nameOf);
  }

  /** The f32 input `name`; the same value on every call. */
  f32(name: string, shape: readonly number[]): Value {
    const full = this.#nameOf(name);
    const known = this.#declared.get(full);
    if (known) return known;
    const value = this.g.input(full, 'f32', shape);
    this.#declared.set(full, value);
    return value;
  }

  has(name: string): boolean {
    return this.#declared.has(this.#nameOf(name));
  }

  get(name: string): Value {
    const value = this.#declared.get(this.#nameOf(name));
    if (!value) throw new Error(`graph has no input ${this.#nameOf(name)}`);
    return value;
  }
}
