import fc from 'fast-check';
import {
  crossEntropy,
  type GraphBuilder,
  klDivergenceLoss,
  logSoftmax,
  matMul,
  matMulTransposed,
  mul,
  reshapeTo,
  rmsNorm,
  rotaryEmbedding,
  skipRmsNorm,
  softmax,
  type Value,
} from '../../../src/onnx/index.ts';
import {
  at,
  logSoftmaxed,
  map,
  type PlainTensor,
  permuted,
  product,
  rmsNormed,
  rotated,
  sumOver,
  tensorOf,
  zip,
} from '../../support/plain-tensor.ts';
import { type OperatorCase, shape, size } from './operator-case.ts';

/** A function of one tensor whose last axis is special. */
function rowwise(
  name: string,
  op: (g: GraphBuilder, x: Value) => Value,
  plain: (x: PlainTensor) => PlainTensor,
): OperatorCase {
  const instances = shape.map((s) => ({
    shapes: [[...s.slice(0, 3), 4]],
    build: (g: GraphBuilder, [x]: readonly Value[]) => op(g, x!),
    plain: ([x]: readonly PlainTensor[]) => plain(x!),
  }));
  return { name, instances };
}

const leadingAxes = fc.constantFrom<[number[], number[]]>(
  [[], []],
  [[2], []],
  [[2, 3], []],
  [[], [2]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 3],
    [1, 3],
  ],
  [[2, 1], [3]],
);

export const LAYER_CASES: readonly OperatorCase[] = [
  {
    name: 'matMul',
    instances: fc.tuple(leadingAxes, size, size, size).map(([[la, lb], r, k, n]) => ({
      shapes: [
        [...la, r, k],
        [...lb, k, n],
      ],
      build: (g, [a, b]) => matMul(g, a!, b!),
      plain: ([a, b]) => product(a!, b!),
    })),
  },
  {
    name: 'matMulTransposed',
    instances: fc.tuple(leadingAxes, size, size, size).map(([[la, lb], r, k, n]) => ({
      shapes: [
        [...la, r, k],
        [...lb, n, k],
      ],
      build: (g, [a, b]) => matMulTransposed(g, a!, b!, 0.7),
      plain: ([a, b]) => {
        const axes = b!.shape.map((_, axis) => axis);
        const swapped = permuted(b!, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
        return map(product(a!, swapped), (v) => 0.7 * v);
      },
    })),
  },
  rowwise('softmax', softmax, (x) => map(logSoftmaxed(x), Math.exp)),
  rowwise('logSoftmax', logSoftmax, logSoftmaxed),
  {
    name: 'rmsNorm',
    instances: shape.map((s) => ({
      shapes: [[...s.slice(0, 3), 4], [4]],
      build: (g, [x, weight]) => rmsNorm(g, x!, weight!, 0.01),
      plain: ([x, weight]) => rmsNormed(x!, weight!, 0.01),
    })),
  },
  {
    name: 'skipRmsNorm with either output or both used',
    instances: fc.tuple(size, size, fc.constantFrom('normed', 'sum', 'both')).map(([b, s, used]) => ({
      shapes: [[b, s, 4], [b, s, 4], [4]],
      build: (g, [x, skip, weight]) => {
        const { normed, sum } = skipRmsNorm(g, x!, skip!, weight!, 0.01);
        const scaled = mul(g, sum, reshapeTo(g, weight!, [1, 1, 4]));
        if (used === 'normed') return normed;
        return used === 'sum' ? scaled : mul(g, normed, scaled);
      },
      plain: ([x, skip, weight]) => {
        const sum = zip(x!, skip!, (a, b) => a + b);
        const normed = rmsNormed(sum, weight!, 0.01);
        const scaled = zip(sum, weight!, (a, w) => a * w);
        if (used === 'normed') return normed;
        return used === 'sum' ? scaled : zip(normed, scaled, (a, b) => a * b);
      },
    })),
  },
  {
    name: 'rotaryEmbedding',
    instances: fc.tuple(size, size, size).map(([batch, length, heads]) => {
      const positions = Array.from({ length }, (_, i) => 2 * i + 1);
      return {
        shapes: [[batch, length, heads * 4]],
        build: (g, [x]) => {
          const angles = tensorOf([8, 2], ([position, i]) => position! * 100 ** (-i! / 2));
          const cos = g.constant('cos', 'f32', [8, 2], Float32Array.from(angles.data, Math.cos));
          const sin = g.constant('sin', 'f32', [8, 2], Float32Array.from(angles.data, Math.sin));
          const places = BigInt64Array.from({ length: batch * length }, (_, i) =>
            BigInt(positions[i % length]!),
          );
          const given = g.constant('positions', 'i64', [batch, length], places);
          return rotaryEmbedding(g, x!, given, cos, sin, heads);
        },
        plain: ([x]) => rotated(x!, positions, 4, 100),
      };
    }),
  },
];

export const LOSS_CASES: readonly OperatorCase[] = [
  {
    name: 'crossEntropy',
    instances: fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }).map((targets) => ({
      shapes: [[targets.length, 5]],
      build: (g, [logits]) => crossEntropy(g, logits!, g.int64('targets', targets)),
      plain: ([logits]) => {
        const logP = logSoftmaxed(logits!);
        const total = targets.reduce((sum, target, row) => sum + at(logP, [row, target]), 0);
        return tensorOf([1, 1], () => -total / targets.length);
      },
    })),
  },
  {
    name: 'klDivergenceLoss, in both distributions',
    instances: fc.tuple(size, size).map((s) => ({
      shapes: [s, s],
      build: (g, [target, logits]) => klDivergenceLoss(g, target!, logits!),
      plain: ([target, logits]) => {
        const [p, q] = [logSoftmaxed(target!), logSoftmaxed(logits!)];
        const terms = zip(p, q, (a, b) => (Math.exp(a) * (a - b)) / s[0]);
        return sumOver(terms, [0, 1]);
      },
    })),
  },
];
