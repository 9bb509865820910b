import fc from 'fast-check';
import { concat, expandTo, gatherRows, mul, reshapeTo, split, transpose } from '../../../src/onnx/index.ts';
import { at, countOf, jointShape, permuted, tensorOf } from '../../support/plain-tensor.ts';
import { broadcastShapes, type OperatorCase, shape, size } from './operator-case.ts';

const axisInShape = fc.tuple(shape, fc.nat(), fc.boolean()).map(([s, pick, negative]) => {
  const axis = pick % s.length;
  return { s, axis, given: negative ? axis - s.length : axis };
});
const withAxis = (s: readonly number[], axis: number, n: number) => s.map((m, i) => (i === axis ? n : m));

export const LAYOUT_CASES: readonly OperatorCase[] = [
  {
    name: 'reshapeTo',
    instances: shape.map((s) => ({
      shapes: [s],
      build: (g, [x]) => reshapeTo(g, mul(g, x!, x!), [1, countOf(s)]),
      plain: ([x]) => ({ shape: [1, countOf(s)], data: x!.data.map((v) => v * v) }),
    })),
  },
  {
    name: 'expandTo',
    instances: broadcastShapes.map(([a, b]) => {
      const full = jointShape(a!, b!);
      return {
        shapes: [a!],
        build: (g, [x]) => expandTo(g, x!, full),
        plain: ([x]) => tensorOf(full, (index) => at(x!, index)),
      };
    }),
  },
  {
    name: 'transpose',
    instances: fc
      .tuple(size, size, size, size)
      .chain((s) => fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }).map((perm) => ({ s, perm })))
      .map(({ s, perm }) => ({
        shapes: [s],
        build: (g, [x]) => transpose(g, x!, perm),
        plain: ([x]) => permuted(x!, perm),
      })),
  },
  {
    name: 'split with a part left unused',
    instances: axisInShape.map(({ s, axis, given }) => ({
      shapes: [withAxis(s, axis, 4)],
      build: (g, [x]) => {
        const [first, , third] = split(g, x!, g.int64('parts', [2, 1, 1]), [2, 1, 1], given);
        return mul(g, first!, third!);
      },
      plain: ([x]) =>
        tensorOf(withAxis(s, axis, 2), (index) => at(x!, index) * at(x!, withAxis(index, axis, 3))),
    })),
  },
  {
    name: 'concat',
    instances: axisInShape.map(({ s, axis, given }) => ({
      shapes: [withAxis(s, axis, 1), withAxis(s, axis, 2)],
      build: (g, [a, b]) => concat(g, [b!, a!, b!], given, 5),
      plain: ([a, b]) =>
        tensorOf(withAxis(s, axis, 5), (index) => {
          const place = index[axis]!;
          if (place === 2) return at(a!, withAxis(index, axis, 0));
          return at(b!, withAxis(index, axis, place % 3));
        }),
    })),
  },
  {
    name: 'gatherRows with repeated rows',
    instances: fc
      .tuple(size, size, fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }))
      .map(([n, m, rows]) => ({
        shapes: [[3, n, m]],
        build: (g, [x]) => gatherRows(g, x!, g.int64('rows', rows)),
        plain: ([x]) => tensorOf([rows.length, n, m], ([row, ...rest]) => at(x!, [rows[row!]!, ...rest])),
      })),
  },
];
