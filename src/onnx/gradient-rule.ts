import { expandTo, reduceSum, reshapeTo } from './arithmetic.ts';
import type { GraphBuilder, GraphNode, Value } from './graph-builder.ts';

/** Builds the gradient of one input, called only if that input needs it; null: no gradient passes. */
export type InputGradient = (() => Value) | null;

/**
 * The vector–Jacobian product of one operator: from the gradients of a node's outputs (null: not used
 * downstream) to those of its inputs. Rules append nodes to `g`, may reuse the node's own inputs and outputs, need
 * static shapes, and cover a node as the constructors of this folder make it.
 */
export type GradientRule = (
  g: GraphBuilder,
  node: GraphNode,
  outputGradients: readonly (Value | null)[],
) => readonly InputGradient[];

/** The static sizes of `x`; throws Error when one of them is only known when the graph runs. */
export function sizes(x: Value): number[] {
  return x.shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new Error(`differentiation needs static shapes: ${x.name} has size ${dim}`);
  });
}

export function elementCount(x: Value): number {
  return sizes(x).reduce((product, size) => product * size, 1);
}

/** `gradient`, repeated where it only broadcasts to the shape of `like`. */
export function expandedLike(g: GraphBuilder, gradient: Value, like: Value): Value {
  return sameShape(gradient, like) ? gradient : expandTo(g, gradient, sizes(like));
}

/**
 * The gradient of `operand` when `output` is elementwise in it: `gradient`, which broadcasts to the shape of
 * `output`, summed over the axes along which `operand` was repeated.
 */
export function sumTo(g: GraphBuilder, gradient: Value, operand: Value, output: Value): Value {
  if (sameShape(operand, output)) return gradient;
  const to = sizes(operand);
  const from = sizes(output);
  const lead = from.length - to.length;
  const axes = from.flatMap((size, i) => (i < lead || (to[i - lead] === 1 && size !== 1) ? [i] : []));
  return reshapeTo(g, reduceSum(g, expandedLike(g, gradient, output), axes), to);
}

function sameShape(a: Value, b: Value): boolean {
  const wanted = sizes(b);
  return a.shape.length === wanted.length && sizes(a).every((size, axis) => size === wanted[axis]);
}
