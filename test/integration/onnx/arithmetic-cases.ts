import fc from 'fast-check';
import {
  abs,
  add,
  clamp,
  div,
  exp,
  type GraphBuilder,
  log,
  mul,
  neg,
  reduceMean,
  reduceSum,
  sigmoid,
  silu,
  sqrt,
  sub,
  type Value,
} from '../../../src/onnx/index.ts';
import { countOf, map, type PlainTensor, sumOver, zip } from '../../support/plain-tensor.ts';
import { awayFromZero, broadcastShapes, type OperatorCase, positive, shape } from './operator-case.ts';

function unary(
  name: string,
  op: (g: GraphBuilder, x: Value) => Value,
  f: (x: number) => number,
  near?: (x: number) => number,
): OperatorCase {
  const instances = shape.map((s) => ({
    shapes: [s],
    build: (g: GraphBuilder, [x]: readonly Value[]) => op(g, x!),
    plain: ([x]: readonly PlainTensor[]) => map(x!, f),
  }));
  return near ? { name, instances, near } : { name, instances };
}

function binary(
  name: string,
  op: (g: GraphBuilder, a: Value, b: Value) => Value,
  f: (a: number, b: number) => number,
  near?: (x: number) => number,
): OperatorCase {
  const instances = broadcastShapes.map((shapes) => ({
    shapes,
    build: (g: GraphBuilder, [a, b]: readonly Value[]) => op(g, a!, b!),
    plain: ([a, b]: readonly PlainTensor[]) => zip(a!, b!, f),
  }));
  return near ? { name, instances, near } : { name, instances };
}

const sigmoidOf = (x: number) => 1 / (1 + Math.exp(-x));

export const ELEMENTWISE_CASES: readonly OperatorCase[] = [
  binary('add', add, (a, b) => a + b),
  binary('sub', sub, (a, b) => a - b),
  binary('mul', mul, (a, b) => a * b),
  binary('div', div, (a, b) => a / b, awayFromZero),
  unary('neg', neg, (x) => -x),
  unary('exp', exp, Math.exp),
  unary('log', log, Math.log, positive),
  unary('sqrt', sqrt, Math.sqrt, positive),
  unary('abs', abs, Math.abs, awayFromZero),
  unary('sigmoid', sigmoid, sigmoidOf),
  unary('silu', silu, (x) => x * sigmoidOf(x)),
  unary(
    'clamp',
    (g, x) => clamp(g, x, -0.2, 1.5),
    (x) => Math.min(Math.max(x, -0.2), 1.5),
    (x) => (Math.min(Math.abs(x + 0.2), Math.abs(x - 1.5)) < 1e-3 ? 0 : x),
  ),
  binary(
    'one value used many times',
    (g, a, b) => sub(g, mul(g, mul(g, a, b), add(g, a, exp(g, a))), div(g, mul(g, b, b), exp(g, a))),
    (a, b) => a * b * (a + Math.exp(a)) - (b * b) / Math.exp(a),
  ),
];

const reduced = fc.tuple(shape, fc.nat(15)).map(([s, mask]) => {
  const axes = s.map((_, axis) => axis).filter((axis) => (mask >> axis) & 1);
  return { s, axes: axes.length > 0 ? axes : [0] };
});

export const REDUCTION_CASES: readonly OperatorCase[] = [
  {
    name: 'reduceSum, and its result broadcast back',
    instances: reduced.map(({ s, axes }) => ({
      shapes: [s],
      build: (g, [x]) => mul(g, x!, reduceSum(g, x!, axes)),
      plain: ([x]) => zip(x!, sumOver(x!, axes), (a, b) => a * b),
    })),
  },
  {
    name: 'reduceMean',
    instances: reduced.map(({ s, axes }) => ({
      shapes: [s],
      build: (g, [x]) => reduceMean(g, mul(g, x!, x!), axes),
      plain: ([x]) => {
        const sums = sumOver(
          map(x!, (v) => v * v),
          axes,
        );
        return map(sums, (v) => (v * countOf(sums.shape)) / countOf(s));
      },
    })),
  },
  {
    name: 'a mean that reaches an operator with operands of different shapes',
    instances: broadcastShapes.map((shapes) => ({
      shapes,
      build: (g, [a, b]) => {
        const nothing = sub(g, a!, mul(g, b!, div(g, a!, b!)));
        const joint = add(g, nothing, mul(g, a!, b!));
        const axes = joint.shape.map((_, axis) => axis);
        return reduceMean(g, add(g, joint, b!), axes);
      },
      plain: ([a, b]) => {
        const joint = zip(a!, b!, (x, y) => x * y + y);
        const axes = joint.shape.map((_, axis) => axis);
        return map(sumOver(joint, axes), (v) => v / countOf(joint.shape));
      },
    })),
    near: awayFromZero,
  },
];
