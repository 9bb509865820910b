import { expandTo, reshapeTo, scalar } from './arithmetic.ts';
import { type GradientRule, sizes, sumTo } from './gradient-rule.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { concat, split, transpose } from './ops.ts';

/** Rules of the operators that move elements. They take gradients of the full shape. */
export const LAYOUT_GRADIENTS: Readonly<Record<string, GradientRule>> = {
  Reshape: (g, node, [dy]) => [() => reshapeTo(g, dy!, sizes(node.inputs[0]!)), null],
  Expand: (g, node, [dy]) => [() => sumTo(g, dy!, node.inputs[0]!, node.outputs[0]!), null],
  Transpose: (g, node, [dy]) => {
    const perm = node.attributes.perm as readonly number[];
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    return [() => transpose(g, dy!, inverse)];
  },
  Split: (g, node, gradients) => {
    const axis = axisOf(node.attributes.axis as number, node.inputs[0]!);
    const parts = () => node.outputs.map((output, i) => gradients[i] ?? zeros(g, output!));
    return [() => concat(g, parts(), axis, node.inputs[0]!.shape[axis]!), null];
  },
  Concat: (g, node, [dy]) => {
    const axis = axisOf(node.attributes.axis as number, dy!);
    const widths = node.inputs.map((input) => sizes(input!)[axis]!);
    const parts = split(g, dy!, g.int64(g.freshName('sizes'), widths), widths, axis);
    return parts.map((part) => () => part);
  },
  Gather: (g, node, [dy]) => {
    const [x, indices] = node.inputs;
    const rows = () => {
      const column = reshapeTo(g, indices!, [...sizes(indices!), ...sizes(x!).slice(1).fill(1)]);
      return expandTo(g, column, sizes(dy!));
    };
    return [() => scatterAdd(g, x!, rows(), dy!, 0), null];
  },
  GatherElements: (g, node, [dy]) => {
    const [x, indices] = node.inputs;
    return [() => scatterAdd(g, x!, indices!, dy!, node.attributes.axis as number), null];
  },
};

/**
 * Zeros of the shape of `x`, plus `updates` where `indices` (int64, the shape of `updates`) point along `axis`.
 * By ScatterElements, as ScatterND adds to repeated indices from several threads at once and loses some.
 */
function scatterAdd(g: GraphBuilder, x: Value, indices: Value, updates: Value, axis: number): Value {
  const inputs = [zeros(g, x), indices, updates];
  const attributes = { axis, reduction: 'add' };
  return g.node({ opType: 'ScatterElements', inputs, outputs: [x], attributes })[0]!;
}

function zeros(g: GraphBuilder, like: Value): Value {
  return expandTo(g, scalar(g, 0), sizes(like));
}

function axisOf(axis: number, x: Value): number {
  return axis < 0 ? x.shape.length + axis : axis;
}
