import { describe, expect, test } from 'vitest';
import { quantizedWeights } from '../../../../src/calibration/paper/paper-quantizer.ts';
import { roundRows } from '../../../../src/calibration/paper/round-rows.ts';
import { GraphBuilder, gradients, mul, reduceSum } from '../../../../src/onnx/index.ts';
import { runGraph } from '../../../support/graph-session.ts';
import { seededNormal, seededUniform } from '../../../support/seeded-random.ts';

const ROWS = 6;
const K = 44;
/** Two whole groups and a shorter one in each row, so that the last is filled up. */
const BLOCK = 16;
const BLOCKS = 3;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

interface Case {
  readonly w: Float32Array;
  readonly alpha: Float32Array;
  readonly beta: Float32Array;
  /** Of the loss Σ c·Q(w). */
  readonly c: Float32Array;
}

function randomCase(seed: number): Case {
  const normal = seededNormal(seed);
  const uniform = seededUniform(seed);
  // σ from 0.6 to 0.9: some weights of every group lie outside the grid.
  const clip = () => Float32Array.from({ length: ROWS * BLOCKS }, () => 0.5 + 1.7 * uniform());
  const draw = () => Float32Array.from({ length: ROWS * K }, normal);
  return { w: draw(), alpha: clip(), beta: clip(), c: draw() };
}

async function runCase({ w, alpha, beta, c }: Case, bits: number, block: number) {
  const blocks = Math.ceil(K / block);
  const g = new GraphBuilder('quantizer');
  const weights = g.input('w', 'f32', [ROWS, K]);
  const learned = {
    alpha: g.input('alpha', 'f32', [ROWS, blocks, 1]),
    beta: g.input('beta', 'f32', [ROWS, blocks, 1]),
  };
  const q = quantizedWeights(g, weights, block, { ...learned, top: g.input('top', 'f32', []) });
  const loss = reduceSum(g, mul(g, q, g.constant('c', 'f32', [ROWS, K], c)), [0, 1]);
  const wanted = [q, ...gradients(g, loss, [weights, learned.alpha, learned.beta])];
  const perGroup = { shape: [ROWS, blocks, 1] };
  const [quantized, dw, dAlpha, dBeta] = await runGraph(g, wanted, {
    w: { shape: [ROWS, K], data: w },
    alpha: { ...perGroup, data: alpha.subarray(0, ROWS * blocks) },
    beta: { ...perGroup, data: beta.subarray(0, ROWS * blocks) },
    top: { shape: [], data: Float32Array.of(2 ** bits - 1) },
  });
  return { quantized: quantized!, dw: dw!, dAlpha: dAlpha!, dBeta: dBeta! };
}

describe.each([2, 3, 5, 8])('the quantizer in a graph at %i bits', (bits) => {
  test('is its formula, and its gradients are those derived by hand', async () => {
    const given = randomCase(bits);
    const { quantized, dw, dAlpha, dBeta } = await runCase(given, bits, BLOCK);
    const top = 2 ** bits - 1;
    let outside = 0;
    for (let group = 0; group < ROWS * BLOCKS; group++) {
      const from = Math.floor(group / BLOCKS) * K + (group % BLOCKS) * BLOCK;
      const length = Math.min(BLOCK, K - (group % BLOCKS) * BLOCK);
      const members = [...given.w.subarray(from, from + length)];
      const [keptHigh, keptLow] = [sigmoid(given.alpha[group]!), sigmoid(given.beta[group]!)];
      const [most, least] = [Math.max(...members), Math.min(...members)];
      const s = (keptHigh * most - keptLow * least) / top;
      const z = Math.round((-keptLow * least) / s);
      let ds = 0;
      members.forEach((weight, i) => {
        const place = Math.round(weight / s) + z;
        const code = Math.min(Math.max(place, 0), top);
        const slope = given.c[from + i]!;
        if (place !== code) outside++;
        expect(quantized[from + i]!).toBeCloseTo(s * (code - z), 5);
        // Straight through the rounding of w/s, nothing through the clamp.
        expect(dw[from + i]!).toBeCloseTo(place === code ? slope : 0, 5);
        ds += slope * (code - z - (place === code ? weight / s : 0));
      });
      // ds/dα = σ'(α)·max/top and ds/dβ = −σ'(β)·min/top; z is a constant. Sums of terms up to 2^b in float32.
      const digits = 5 - Math.ceil(Math.log10(top));
      expect(dAlpha[group]!).toBeCloseTo((ds * keptHigh * (1 - keptHigh) * most) / top, digits);
      expect(dBeta[group]!).toBeCloseTo((-ds * keptLow * (1 - keptLow) * least) / top, digits);
    }
    expect(outside).toBeGreaterThan(0);
  });

  test.each([BLOCK, K])('is what rounding rows in memory gives, %i weights to a scale', async (block) => {
    const given = randomCase(100 + bits);
    const { quantized } = await runCase(given, bits, block);
    const rows = given.w.slice();
    const groups = ROWS * Math.ceil(K / block);
    roundRows(rows, K, {
      width: bits,
      block,
      keptHigh: given.alpha.subarray(0, groups).map(sigmoid),
      keptLow: given.beta.subarray(0, groups).map(sigmoid),
    });
    // 264 weights: that one lies within the last bits of a boundary between codes is all but excluded.
    rows.forEach((value, i) => {
      expect(Math.abs(value - quantized[i]!)).toBeLessThan(2e-6);
    });
    expect(new Set(rows.subarray(0, Math.min(block, K))).size).toBeLessThanOrEqual(2 ** bits);
  });
});

test('a group of zeros stays zero, and is no trouble to differentiation', async () => {
  const given = { ...randomCase(1), w: new Float32Array(ROWS * K) };
  const { quantized, dw, dAlpha, dBeta } = await runCase(given, 4, BLOCK);
  const rows = given.w.slice();
  const kept = new Float32Array(ROWS * BLOCKS).fill(0.9);
  roundRows(rows, K, { width: 4, block: BLOCK, keptHigh: kept, keptLow: kept });
  for (const value of [...quantized, ...rows]) expect(Math.abs(value)).toBe(0);
  for (const slope of [...dw, ...dAlpha, ...dBeta]) expect(Number.isFinite(slope)).toBe(true);
});
