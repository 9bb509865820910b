import { expect, test } from 'vitest';
import {
  abs,
  add,
  GraphBuilder,
  gradients,
  matMul,
  matMulTransposed,
  mul,
  reduceMean,
  reshapeTo,
  rmsNorm,
  rotaryEmbedding,
  silu,
  softmax,
  split,
  sub,
  transpose,
  type Value,
} from '../../../src/onnx/index.ts';
import { runGraph } from '../../support/graph-session.ts';
import { centralDifference } from '../../support/numeric-gradient.ts';
import {
  type BlockShape,
  type BlockWeights,
  blockWeightShapes,
  plainBlock,
} from '../../support/plain-block.ts';
import { type PlainTensor, tensorOf } from '../../support/plain-tensor.ts';
import { seededNormal, seededUniform } from '../../support/seeded-random.ts';

const SHAPE: BlockShape = {
  hidden: 8,
  intermediate: 12,
  heads: 4,
  kvHeads: 2,
  headDim: 4,
  epsilon: 1e-5,
  rotaryBase: 100,
};
const BATCH = 2;
const LENGTH = 4;
const SAMPLES = 8;
/** Of the largest derivative of the tensor; float32 rounding through some ten layers stays near 1e-6. */
const TOLERANCE = 1e-4;

test('all gradients of a Llama block agree with central differences in float64', async () => {
  const normal = seededNormal(11);
  const shapes = blockWeightShapes(SHAPE);
  const names = Object.keys(shapes) as (keyof BlockWeights)[];
  const draw = (shape: readonly number[], deviation: number, mean = 0) =>
    tensorOf(shape, () => Math.fround(mean + deviation * normal()));
  const x = draw([BATCH, LENGTH, SHAPE.hidden], 1);
  const target = draw([BATCH, LENGTH, SHAPE.hidden], 2);
  const weights = names.map((name) => draw(shapes[name], 0.4, name.endsWith('Norm') ? 1 : 0));

  const g = new GraphBuilder('block');
  const values = names.map((name) => g.input(name, 'f32', shapes[name]));
  const input = g.input('x', 'f32', x.shape);
  const goal = g.constant('target', 'f32', [BATCH * LENGTH, SHAPE.hidden], Float32Array.from(target.data));
  const output = block(g, input, Object.fromEntries(names.map((name, i) => [name, values[i]!])));
  const loss = reduceMean(g, abs(g, sub(g, output, goal)), [0, 1]);
  const feeds = Object.fromEntries(
    [x, ...weights].map(({ shape, data }, i) => {
      return [i === 0 ? 'x' : names[i - 1]!, { shape, data: Float32Array.from(data) }];
    }),
  );
  const [lossValue, ...found] = await runGraph(g, [loss, ...gradients(g, loss, [input, ...values])], feeds);

  const plainLoss = ([hidden, ...rest]: readonly PlainTensor[]) => {
    const given = Object.fromEntries(names.map((name, i) => [name, rest[i]!])) as BlockWeights;
    return meanAbsoluteError(hidden!, target, given);
  };
  const parameters = [x, ...weights];
  expect(lossValue![0]).toBeCloseTo(plainLoss(parameters), 5);
  const uniform = seededUniform(12);
  parameters.forEach((parameter, which) => {
    const gradient = found[which]!;
    const scale = gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    expect(scale, 'a gradient that matters').toBeGreaterThan(1e-3);
    for (let i = 0; i < SAMPLES; i++) {
      const element = Math.floor(uniform() * parameter.data.length);
      const numeric = centralDifference(plainLoss, parameters, which, element);
      expect(Math.abs(gradient[element]! - numeric) / scale, `parameter ${which}`).toBeLessThan(TOLERANCE);
    }
  });
});

function meanAbsoluteError(x: PlainTensor, target: PlainTensor, weights: BlockWeights): number {
  const size = LENGTH * SHAPE.hidden;
  let sum = 0;
  for (let row = 0; row < BATCH; row++) {
    const data = x.data.subarray(row * size, (row + 1) * size);
    const y = plainBlock({ shape: [LENGTH, SHAPE.hidden], data }, weights, SHAPE);
    y.data.forEach((value, i) => {
      sum += Math.abs(value - target.data[row * size + i]!);
    });
  }
  return sum / (BATCH * size);
}

/** The block as a graph: x [B, S, hidden] to [B·S, hidden]. */
function block(g: GraphBuilder, x: Value, weights: Readonly<Record<string, Value>>): Value {
  const { hidden, intermediate, epsilon } = SHAPE;
  const rows = reshapeTo(g, x, [BATCH * LENGTH, hidden]);
  const normed = rmsNorm(g, rows, weights.attentionNorm!, epsilon);
  const attended = attention(g, matMulTransposed(g, normed, weights.qkv!));
  const middle = add(g, rows, matMulTransposed(g, attended, weights.o!));
  const widths = [intermediate, intermediate];
  const gateUp = matMulTransposed(g, rmsNorm(g, middle, weights.mlpNorm!, epsilon), weights.gateUp!);
  const [gate, up] = split(g, gateUp, g.int64('halves', widths), widths);
  return add(g, middle, matMulTransposed(g, mul(g, silu(g, gate!), up!), weights.down!));
}

/** Queries of one kv head stand below each other, so that attention is one product per kv head. */
function attention(g: GraphBuilder, qkv: Value): Value {
  const { heads, kvHeads, headDim } = SHAPE;
  const group = heads / kvHeads;
  const widths = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
  const [q, k, v] = split(g, qkv, g.int64('widths', widths), widths);
  const turn = rotation(g);
  const byHead = (value: Value) =>
    transpose(g, reshapeTo(g, value, [BATCH, LENGTH, kvHeads, headDim]), [0, 2, 1, 3]);
  const grouped = reshapeTo(g, turn(q!, heads), [BATCH, LENGTH, kvHeads, group, headDim]);
  const query = reshapeTo(g, transpose(g, grouped, [0, 2, 3, 1, 4]), [
    BATCH,
    kvHeads,
    group * LENGTH,
    headDim,
  ]);
  const scores = matMulTransposed(g, query, byHead(turn(k!, kvHeads)), 1 / Math.sqrt(headDim));
  const future = tensorOf([1, 1, group * LENGTH, LENGTH], ([, , row, column]) =>
    column! > row! % LENGTH ? -1e9 : 0,
  );
  const mask = g.constant('mask', 'f32', future.shape, Float32Array.from(future.data));
  const mixed = matMul(g, softmax(g, add(g, scores, mask)), byHead(v!));
  const ungrouped = reshapeTo(g, mixed, [BATCH, kvHeads, group, LENGTH, headDim]);
  return reshapeTo(g, transpose(g, ungrouped, [0, 3, 1, 2, 4]), [BATCH * LENGTH, heads * headDim]);
}

function rotation(g: GraphBuilder): (x: Value, heads: number) => Value {
  const half = SHAPE.headDim / 2;
  const angles = tensorOf([LENGTH, half], ([at, i]) => at! * SHAPE.rotaryBase ** (-i! / half));
  const cos = g.constant('cos', 'f32', angles.shape, Float32Array.from(angles.data, Math.cos));
  const sin = g.constant('sin', 'f32', angles.shape, Float32Array.from(angles.data, Math.sin));
  const places = BigInt64Array.from({ length: BATCH * LENGTH }, (_, i) => BigInt(i % LENGTH));
  const positions = g.constant('positions', 'i64', [BATCH, LENGTH], places);
  return (x, heads) => {
    const sequences = reshapeTo(g, x, [BATCH, LENGTH, heads * SHAPE.headDim]);
    return rotaryEmbedding(g, sequences, positions, cos, sin, heads);
  };
}
