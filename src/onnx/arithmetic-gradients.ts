import { add, div, mul, neg, scalar, sigmoid, sign, sub } from './arithmetic.ts';
import { elementCount, type GradientRule, sumTo } from './gradient-rule.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';

/**
 * Rules of elementwise operators and reductions. They take gradients that merely broadcast to the shape of the
 * node's output and may return such gradients too, so that the mean at the end of a loss is never written out.
 */
export const ARITHMETIC_GRADIENTS: Readonly<Record<string, GradientRule>> = {
  Identity: (_g, _node, [dy]) => [() => dy!],
  Add: (g, node, [dy]) => {
    const [a, b] = node.inputs;
    const y = node.outputs[0]!;
    return [() => sumTo(g, dy!, a!, y), () => sumTo(g, dy!, b!, y)];
  },
  Sub: (g, node, [dy]) => {
    const [a, b] = node.inputs;
    const y = node.outputs[0]!;
    return [() => sumTo(g, dy!, a!, y), () => neg(g, sumTo(g, dy!, b!, y))];
  },
  Mul: (g, node, [dy]) => {
    const [a, b] = node.inputs;
    const y = node.outputs[0]!;
    return [() => sumTo(g, mul(g, dy!, b!), a!, y), () => sumTo(g, mul(g, dy!, a!), b!, y)];
  },
  Div: (g, node, [dy]) => {
    const [a, b] = node.inputs;
    const y = node.outputs[0]!;
    // b is the same along the axes that are summed, so dividing by it comes after the sum.
    return [
      () => sumTo(g, div(g, dy!, b!), a!, y),
      () => neg(g, div(g, sumTo(g, mul(g, dy!, y), b!, y), b!)),
    ];
  },
  Neg: (g, _node, [dy]) => [() => neg(g, dy!)],
  Exp: (g, node, [dy]) => [() => mul(g, dy!, node.outputs[0]!)],
  Log: (g, node, [dy]) => [() => div(g, dy!, node.inputs[0]!)],
  Sqrt: (g, node, [dy]) => [() => div(g, mul(g, dy!, scalar(g, 0.5)), node.outputs[0]!)],
  Abs: (g, node, [dy]) => [() => mul(g, dy!, sign(g, node.inputs[0]!))],
  Sigmoid: (g, node, [dy]) => {
    const y = node.outputs[0]!;
    return [() => mul(g, dy!, mul(g, y, sub(g, scalar(g, 1), y)))];
  },
  QuickGelu: (g, node, [dy]) => {
    // y = x·σ(x): y' = σ + y·(1 − σ). The forward node is fused, so σ has to be computed here.
    const slope = () => {
      const s = sigmoid(g, node.inputs[0]!);
      return add(g, s, mul(g, node.outputs[0]!, sub(g, scalar(g, 1), s)));
    };
    return [() => mul(g, dy!, slope())];
  },
  Clip: (g, node, [dy]) => [() => whereEqual(g, node.inputs[0]!, node.outputs[0]!, dy!), null, null],
  ReduceSum: (_g, _node, [dy]) => [() => dy!, null],
  ReduceMean: (g, node, [dy]) => {
    const share = elementCount(node.outputs[0]!) / elementCount(node.inputs[0]!);
    return [() => mul(g, dy!, scalar(g, share)), null];
  },
};

/** `value` where `a` equals `b`, elsewhere zero: what was clamped no longer equals what it was. */
function whereEqual(g: GraphBuilder, a: Value, b: Value, value: Value): Value {
  const mask = { type: 'bool' as const, shape: a.shape };
  const [equal] = g.node({ opType: 'Equal', inputs: [a, b], outputs: [mask] });
  return g.node({ opType: 'Where', inputs: [equal!, value, scalar(g, 0)], outputs: [a] })[0]!;
}
