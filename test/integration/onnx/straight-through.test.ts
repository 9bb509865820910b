import { describe, expect, test } from 'vitest';
import {
  add,
  clamp,
  detach,
  div,
  GraphBuilder,
  gradients,
  mul,
  neg,
  reduceMax,
  reduceMin,
  reduceSum,
  roundDetached,
  roundStraightThrough,
  scalar,
  sign,
  sub,
  type Value,
} from '../../../src/onnx/index.ts';
import { runGraph } from '../../support/graph-session.ts';
import { seededNormal } from '../../support/seeded-random.ts';

/** d Σ c·f(x) / dx for x and c of shape [n]. */
async function gradientOf(f: (g: GraphBuilder, x: Value) => Value, x: number[], c: number[]) {
  const g = new GraphBuilder('elementwise');
  const value = g.input('x', 'f32', [x.length]);
  const weights = g.constant('c', 'f32', [x.length], Float32Array.from(c));
  const loss = reduceSum(g, mul(g, f(g, value), weights), [0]);
  const feeds = { x: { shape: [x.length], data: Float32Array.from(x) } };
  const [result] = await runGraph(g, gradients(g, loss, [value]), feeds);
  return [...result!];
}

describe('operators whose gradient is chosen, not derived', () => {
  const x = [-2.5, -1, 0.25, 1, 3];
  const c = [1, 2, 3, 4, 5];

  test('rounding passes the gradient straight through', async () => {
    expect(await gradientOf(roundStraightThrough, x, c)).toEqual(c);
  });

  test('clamping passes it on and between the bounds, and nothing outside', async () => {
    expect(await gradientOf((g, v) => clamp(g, v, -1, 1), x, c)).toEqual([0, 2, 3, 4, 0]);
  });

  test.each([
    ['detach', detach, x],
    ['roundDetached', roundDetached, [-2, -1, 0, 1, 3]],
    ['sign', sign, [-1, -1, 1, 1, 1]],
    ['reduceMax', (g: GraphBuilder, v: Value) => reduceMax(g, v, [0]), [3, 3, 3, 3, 3]],
    ['reduceMin', (g: GraphBuilder, v: Value) => reduceMin(g, v, [0]), [-2.5, -2.5, -2.5, -2.5, -2.5]],
  ])('%s is a constant factor', async (_name, op, factor) => {
    const found = await gradientOf((g, v) => mul(g, v, op(g, v)), x, c);
    expect(found).toEqual(factor.map((value, i) => value * c[i]!));
  });
});

const GROUPS = 5;
const GROUP_SIZE = 16;
const CLIP = { low: 0.8, high: 0.7 };

/**
 * Q(w) = s·(clamp(round(w/s) + z, 0, 2^b − 1) − z), s = (hi − lo)/(2^b − 1), z = round(−lo/s), with
 * lo = low·min(w) and hi = high·max(w) per group.
 */
function fakeQuantize(g: GraphBuilder, w: Value, low: Value, high: Value, bits: number) {
  const levels = 2 ** bits - 1;
  const lo = mul(g, low, reduceMin(g, w, [1]));
  const hi = mul(g, high, reduceMax(g, w, [1]));
  const s = div(g, sub(g, hi, lo), scalar(g, levels));
  const z = roundDetached(g, div(g, neg(g, lo), s));
  const code = clamp(g, add(g, roundStraightThrough(g, div(g, w, s)), z), 0, levels);
  return { s, z, quantized: mul(g, s, sub(g, code, z)) };
}

describe.each([2, 4, 8])('a fake quantizer of %i bits', (bits) => {
  test('has the hand-derived gradients in weights, scale and clipping', async () => {
    const normal = seededNormal(bits);
    const count = GROUPS * GROUP_SIZE;
    const weights = Float32Array.from({ length: count }, normal);
    const c = Float32Array.from({ length: count }, normal);
    const g = new GraphBuilder('quantizer');
    const w = g.input('w', 'f32', [GROUPS, GROUP_SIZE]);
    const low = g.input('low', 'f32', [GROUPS, 1]);
    const high = g.input('high', 'f32', [GROUPS, 1]);
    const { s, z, quantized } = fakeQuantize(g, w, low, high, bits);
    const weighted = mul(g, quantized, g.constant('c', 'f32', [GROUPS, GROUP_SIZE], c));
    const loss = reduceSum(g, weighted, [0, 1]);
    const [scales, zeros, dw, ds, dLow, dHigh] = await runGraph(
      g,
      [s, z, ...gradients(g, loss, [w, s, low, high])],
      {
        w: { shape: [GROUPS, GROUP_SIZE], data: weights },
        low: { shape: [GROUPS, 1], data: new Float32Array(GROUPS).fill(CLIP.low) },
        high: { shape: [GROUPS, 1], data: new Float32Array(GROUPS).fill(CLIP.high) },
      },
    );

    const levels = 2 ** bits - 1;
    let clipped = 0;
    for (let group = 0; group < GROUPS; group++) {
      const members = weights.subarray(group * GROUP_SIZE, (group + 1) * GROUP_SIZE);
      const [scale, zero] = [scales![group]!, zeros![group]!];
      let expected = 0;
      members.forEach((weight, i) => {
        const code = Math.round(Math.fround(weight / scale)) + zero;
        const inside = code >= 0 && code <= levels;
        if (!inside) clipped++;
        const slope = c[group * GROUP_SIZE + i]!;
        // c·s/s, rounded twice
        if (inside) expect(dw![group * GROUP_SIZE + i]! / slope).toBeCloseTo(1, 6);
        else expect(dw![group * GROUP_SIZE + i]).toBe(0);
        const bound = code < 0 ? 0 : levels;
        expected += slope * (inside ? code - zero - weight / scale : bound - zero);
      });
      // Sums of 16 terms of up to 2^b, rounded in float32: 7 digits in all, one lost to the sum.
      const digits = 5 - Math.ceil(Math.log10(levels));
      expect(ds![group]).toBeCloseTo(expected, digits);
      expect(dHigh![group]).toBeCloseTo((expected * Math.max(...members)) / levels, digits);
      expect(dLow![group]).toBeCloseTo((-expected * Math.min(...members)) / levels, digits);
    }
    expect(clipped).toBeGreaterThan(0);
  });
});
