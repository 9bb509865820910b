import { broadcastShape } from './broadcast-shape.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';

// Elementwise operators and reductions. Operands broadcast against each other from the last axis, as in ONNX.

/** A one-element f32 constant of shape []. */
export function scalar(g: GraphBuilder, value: number): Value {
  return g.constant(g.freshName('scalar'), 'f32', [], Float32Array.of(value));
}

export function add(g: GraphBuilder, a: Value, b: Value): Value {
  return binary(g, 'Add', a, b);
}

export function sub(g: GraphBuilder, a: Value, b: Value): Value {
  return binary(g, 'Sub', a, b);
}

export function mul(g: GraphBuilder, a: Value, b: Value): Value {
  return binary(g, 'Mul', a, b);
}

export function div(g: GraphBuilder, a: Value, b: Value): Value {
  return binary(g, 'Div', a, b);
}

export function neg(g: GraphBuilder, x: Value): Value {
  return unary(g, 'Neg', x);
}

export function exp(g: GraphBuilder, x: Value): Value {
  return unary(g, 'Exp', x);
}

export function log(g: GraphBuilder, x: Value): Value {
  return unary(g, 'Log', x);
}

export function sqrt(g: GraphBuilder, x: Value): Value {
  return unary(g, 'Sqrt', x);
}

export function abs(g: GraphBuilder, x: Value): Value {
  return unary(g, 'Abs', x);
}

/** −1, 0 or 1; its gradient is zero. */
export function sign(g: GraphBuilder, x: Value): Value {
  return one(g.node({ opType: 'Sign', inputs: [x], outputs: [x], gradient: 'none' }));
}

export function sigmoid(g: GraphBuilder, x: Value): Value {
  return unary(g, 'Sigmoid', x);
}

/** Round half to even; the gradient passes straight through. */
export function roundStraightThrough(g: GraphBuilder, x: Value): Value {
  return one(g.node({ opType: 'Round', inputs: [x], outputs: [x], gradient: 'straight-through' }));
}

/** Round half to even; no gradient passes. */
export function roundDetached(g: GraphBuilder, x: Value): Value {
  return one(g.node({ opType: 'Round', inputs: [x], outputs: [x], gradient: 'none' }));
}

/** x itself, as a constant to differentiation. */
export function detach(g: GraphBuilder, x: Value): Value {
  return one(g.node({ opType: 'Identity', inputs: [x], outputs: [x], gradient: 'none' }));
}

/**
 * min(max(x, low), high); the gradient in x is zero outside [low, high], and none passes to the bounds.
 *
 * @param high a constant, or f32 [] that is known when the graph runs
 */
export function clamp(g: GraphBuilder, x: Value, low: number, high: number | Value): Value {
  const upper = typeof high === 'number' ? scalar(g, high) : high;
  return one(g.node({ opType: 'Clip', inputs: [x, scalar(g, low), upper], outputs: [x] }));
}

/** Sum over `axes` (non-negative), which stay as axes of size 1. */
export function reduceSum(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return reduction(g, 'ReduceSum', x, axes);
}

/** Mean over `axes` (non-negative), which stay as axes of size 1. */
export function reduceMean(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return reduction(g, 'ReduceMean', x, axes);
}

/** Largest element over `axes`, which stay as axes of size 1; a constant to differentiation. */
export function reduceMax(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return detach(g, reduction(g, 'ReduceMax', x, axes));
}

/** Smallest element over `axes`, which stay as axes of size 1; a constant to differentiation. */
export function reduceMin(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return detach(g, reduction(g, 'ReduceMin', x, axes));
}

/** Reshape to sizes known while building. */
export function reshapeTo(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  const sizes = g.int64(g.freshName('shape'), shape);
  return one(g.node({ opType: 'Reshape', inputs: [x, sizes], outputs: [{ type: x.type, shape }] }));
}

/** Repeats x along axes of size 1 (or new leading axes) to sizes known while building. */
export function expandTo(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  const sizes = g.int64(g.freshName('shape'), shape);
  return one(g.node({ opType: 'Expand', inputs: [x, sizes], outputs: [{ type: x.type, shape }] }));
}

function reduction(g: GraphBuilder, opType: string, x: Value, axes: readonly number[]): Value {
  const shape = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const inputs = [x, g.int64(g.freshName('axes'), axes)];
  const attributes = { keepdims: 1 };
  return one(g.node({ opType, inputs, outputs: [{ type: x.type, shape }], attributes }));
}

function unary(g: GraphBuilder, opType: string, x: Value): Value {
  return one(g.node({ opType, inputs: [x], outputs: [x] }));
}

function binary(g: GraphBuilder, opType: string, a: Value, b: Value): Value {
  const outputs = [{ type: a.type, shape: broadcastShape(a.shape, b.shape) }];
  return one(g.node({ opType, inputs: [a, b], outputs }));
}

function one(values: Value[]): Value {
  return values[0]!;
}
