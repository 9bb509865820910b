import { describe, expect, test } from 'vitest';
import {
  add,
  choose,
  detach,
  GraphBuilder,
  gradients,
  identity,
  matMulTransposed,
  mul,
  reduceMean,
  reduceSum,
  rmsNorm,
  roundDetached,
  sigmoid,
  sub,
  type Value,
} from '../../../src/onnx/index.ts';

/** Operators that the backward pass adds, without the identities that name its results. */
function emitted(g: GraphBuilder, loss: Value, parameters: readonly Value[]): string[] {
  const before = g.nodes.length;
  gradients(g, loss, parameters);
  return g.nodes.slice(before, -parameters.length).map((node) => node.opType);
}

describe('what the backward pass refuses', () => {
  test('a loss of several elements, by name and shape', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [2, 3]);
    expect(() => gradients(g, x, [x])).toThrow('a loss has one element: x has the shape [2, 3]');
  });

  test('a parameter that the loss does not depend on', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [3]);
    const unused = g.input('unused', 'f32', [3]);
    const loss = reduceSum(g, mul(g, x, x), [0]);
    expect(() => gradients(g, loss, [x, unused])).toThrow('the loss does not depend on unused');
  });

  test.each([
    ['detach', detach],
    ['rounding', roundDetached],
  ])('a parameter that reaches the loss only through %s', (_name, op) => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [3]);
    const loss = reduceSum(g, op(g, x), [0]);
    expect(() => gradients(g, loss, [x])).toThrow('the loss does not depend on x');
  });

  test('an operator without a rule between parameter and loss, but not beside that way', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [3]);
    const either = (value: Value) => {
      const [yes, no] = [new GraphBuilder('yes', g), new GraphBuilder('no', g)];
      return choose(
        g,
        g.input(g.freshName('gate'), 'bool', [1]),
        { graph: yes, result: identity(yes, value) },
        { graph: no, result: sigmoid(no, value) },
      );
    };
    const beside = mul(g, x, detach(g, either(x)));
    expect(() => gradients(g, reduceSum(g, beside, [0]), [x])).not.toThrow();
  });

  test('a size that is only known when the graph runs', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', ['rows', 3]);
    const loss = reduceSum(g, mul(g, x, x), [0, 1]);
    expect(() => gradients(g, loss, [x])).toThrow(/differentiation needs static shapes: .* has size rows/);
  });

  test('an operator without a rule', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [3]);
    const [hardened] = g.node({ opType: 'HardSwish', inputs: [x], outputs: [x] });
    const loss = reduceSum(g, hardened!, [0]);
    expect(() => gradients(g, loss, [x])).toThrow('no gradient rule for operator HardSwish');
  });
});

describe('what the backward pass leaves out', () => {
  test('the product for an operand that is no parameter', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [4, 3]);
    const w = g.input('w', 'f32', [2, 3]);
    const y = matMulTransposed(g, x, w);
    const loss = reduceSum(g, mul(g, y, y), [0, 1]);
    expect(emitted(g, loss, [w]).filter((op) => op === 'FusedMatMul')).toHaveLength(1);
  });

  test('everything behind a detached value', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [3]);
    const gate = detach(g, sigmoid(g, x));
    const loss = reduceSum(g, mul(g, x, gate), [0]);
    expect(emitted(g, loss, [x])).toEqual(['Mul']);
  });

  test('the expansion of a mean that elementwise operators broadcast anyway', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [4, 3]);
    const target = g.input('target', 'f32', [4, 3]);
    const difference = sub(g, x, target);
    const loss = reduceMean(g, mul(g, difference, difference), [0, 1]);
    expect(emitted(g, loss, [x])).not.toContain('Expand');
  });

  test('the gradient of the weight of a norm that is no parameter', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'f32', [4, 3]);
    const weight = g.input('weight', 'f32', [3]);
    const normed = rmsNorm(g, x, weight, 1e-5);
    const loss = reduceSum(g, mul(g, normed, normed), [0, 1]);
    expect(emitted(g, loss, [x])).not.toContain('ReduceSum');
  });
});

test('every gradient has a name of its own, also where several are the same', () => {
  const g = new GraphBuilder('test');
  const a = g.input('a', 'f32', [1]);
  const b = g.input('b', 'f32', [1]);
  const loss = add(g, a, b);
  const found = gradients(g, loss, [a, b, loss]);
  expect(new Set(found.map((value) => value.name)).size).toBe(3);
});
