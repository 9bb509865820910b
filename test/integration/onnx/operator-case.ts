import fc from 'fast-check';
import type { GraphBuilder, Value } from '../../../src/onnx/index.ts';
import type { PlainTensor } from '../../support/plain-tensor.ts';

/** One function of some inputs, as a graph and in float64. */
export interface OperatorInstance {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (g: GraphBuilder, inputs: readonly Value[]) => Value;
  readonly plain: (inputs: readonly PlainTensor[]) => PlainTensor;
}

export interface OperatorCase {
  readonly name: string;
  readonly instances: fc.Arbitrary<OperatorInstance>;
  /** Moves a normal number to where the operator is smooth. */
  readonly near?: (x: number) => number;
}

export const size = fc.integer({ min: 1, max: 3 });
export const shape = fc.array(size, { minLength: 1, maxLength: 4 });
export const awayFromZero = (x: number) => x + (x < 0 ? -0.3 : 0.3);
export const positive = (x: number) => 0.3 + Math.abs(x);

/** Two shapes that broadcast against each other. */
export const broadcastShapes = fc
  .tuple(shape, fc.nat(4), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.boolean())
  .map(([full, dropped, ones, swap]) => {
    const a = full.map((n, axis) => (ones[axis] ? 1 : n));
    const b = full.map((n, axis) => (ones[axis + 4] ? 1 : n)).slice(Math.min(dropped, full.length));
    return swap ? [b, a] : [a, b];
  });
