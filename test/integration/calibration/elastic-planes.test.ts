import { describe, expect, test } from 'vitest';
import {
  type ElasticScheme,
  elasticPlanes,
  type GraphPlane,
  inputNames,
} from '../../../src/calibration/elastic-matrix.ts';
import { GraphInputs } from '../../../src/calibration/graph-inputs.ts';
import { packPlane } from '../../../src/calibration/pack-plane.ts';
import { startingRanges } from '../../../src/calibration/starting-planes.ts';
import { GraphBuilder } from '../../../src/onnx/index.ts';
import {
  type PlaneArrays,
  type PlaneBits,
  PlaneRowReader,
  quantizePlane,
  squaredNorm,
  subtractPlane,
} from '../../../src/quant/index.ts';
import { type Feeds, runGraph } from '../../support/graph-session.ts';
import { seededNormal } from '../../support/seeded-random.ts';

/** Rows that are no whole number of blocks: the last block of each is half padding. */
const MATRIX = { name: 'm', n: 6, k: 40 };
const BLOCK = 16;
const BLOCKS = 3;

interface Learned {
  /** Of clipping factors and cascades; 0 is where rounding starts. */
  readonly spread: number;
  readonly fusedRanks: readonly number[];
}

interface RanPlane {
  readonly codes: Float32Array;
  readonly scales: Float32Array;
  readonly zeroPoints: Float32Array;
  readonly weights: Float32Array;
  readonly packed: PlaneArrays;
}

/** Gaussian weights with a first row of zeros and, in the second, one block of zeros. */
function weightsWithZeros(seed: number): Float32Array {
  const normal = seededNormal(seed);
  const { n, k } = MATRIX;
  const weights = Float32Array.from({ length: n * k }, () => 0.2 * normal() + 0.1);
  weights.fill(0, 0, k);
  weights.fill(0, k + BLOCK, k + 2 * BLOCK);
  return weights;
}

async function runPlanes(
  weights: Float32Array,
  planeBits: readonly PlaneBits[],
  zeroPoints: readonly boolean[],
  { spread, fusedRanks }: Learned,
): Promise<RanPlane[]> {
  const { name, n, k } = MATRIX;
  const scheme: ElasticScheme = { planeBits, block: BLOCK, fusedRanks, liveRanks: [], clipping: true };
  const inputs = new GraphInputs(new GraphBuilder('planes'));
  const planes = elasticPlanes(inputs, MATRIX, scheme, zeroPoints);
  const normal = seededNormal(8);
  const feeds: Record<string, Feeds[string]> = {};
  const feed = (input: string, shape: readonly number[], values?: Float32Array | null) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = values ?? Float32Array.from({ length: count }, () => spread * normal());
    if (inputs.has(input)) feeds[input] = { shape, data };
  };
  const ofGroups = [n, BLOCKS, 1];
  feed(inputNames.weights(name), [n, k], weights);
  startingRanges(weights, MATRIX, scheme, zeroPoints).forEach(({ low, high }, i) => {
    feed(inputNames.high(name, i), ofGroups, high);
    feed(inputNames.low(name, i), ofGroups, low);
    feed(inputNames.clipHigh(name, i), ofGroups);
    feed(inputNames.clipLow(name, i), ofGroups);
  });
  feed(inputNames.fusedA(name), [k, fusedRanks[0]!]);
  feed(inputNames.fusedB(name), [n, fusedRanks[0]!]);
  const results = await runGraph(inputs.g, planes.flatMap(outputsOf(inputs)), feeds);
  return planeBits.map((bits, i) => {
    const [codes, scales, zeros, ofPlane] = results.slice(4 * i, 4 * i + 4) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const format = { n, k, bits, block: BLOCK };
    const packed = packPlane(format, codes, scales, zeroPoints[i] ? zeros : null);
    return { codes, scales, zeroPoints: zeros, weights: ofPlane, packed };
  });
}

const outputsOf =
  (inputs: GraphInputs) =>
  ({ codes, scales, zeroPoints, weights }: GraphPlane) => {
    // A constant cannot be an output.
    const zeros =
      zeroPoints.shape.length === 3
        ? zeroPoints
        : inputs.g.constant(inputs.g.freshName('zeros'), 'f32', [1], new Float32Array(1));
    return [codes, scales, zeros, weights];
  };

const CASES: readonly (readonly [PlaneBits[], boolean[]])[] = [
  [
    [4, 4],
    [false, false],
  ],
  [
    [4, 4],
    [true, true],
  ],
  [
    [4, 2, 2],
    [true, false, true],
  ],
  [
    [2, 2, 4],
    [false, true, false],
  ],
  [
    [2, 2, 4],
    [true, true, true],
  ],
  [[8], [true]],
];
const LEARNED: readonly (readonly [string, number])[] = [
  ['as rounding starts', 0],
  ['after learning', 0.4],
];

describe.each(LEARNED)('planes %s', (_, spread) => {
  test.each(CASES)(
    '[Q3] %j, zero points %j: packed they are what the graph computes',
    async (planeBits, zeroPoints) => {
      const { n, k } = MATRIX;
      const fusedRanks = planeBits.map((_, depth) => (depth === 0 ? 5 : depth === 1 ? 2 : 0));
      const planes = await runPlanes(weightsWithZeros(3), planeBits, zeroPoints, { spread, fusedRanks });
      const reader = new PlaneRowReader(
        k,
        planes.map(({ packed }) => packed),
      );
      const row = new Float32Array(k);
      for (let depth = 1; depth <= planes.length; depth++) {
        for (let i = 0; i < n; i++) {
          reader.read(i, row, 0, depth);
          for (let j = 0; j < k; j++) {
            const parts = planes.slice(0, depth).map(({ weights }) => weights[i * k + j]!);
            const sum = parts.reduce((a, b) => Math.fround(a + b), 0);
            // The graph rounds products and sums, the reader only sums: half a unit in the last place of each.
            const size = Math.max(...parts.map(Math.abs));
            expect(Math.abs(row[j]! - sum)).toBeLessThanOrEqual(2 ** -23 * size * depth);
          }
        }
      }
    },
  );

  test.each(CASES)(
    '%j, zero points %j: codes are whole and in range, padding is 0',
    async (planeBits, zeroPoints) => {
      const fusedRanks = planeBits.map(() => 3);
      const planes = await runPlanes(weightsWithZeros(4), planeBits, zeroPoints, { spread, fusedRanks });
      for (const [i, { codes, scales, zeroPoints: zeros }] of planes.entries()) {
        const top = 2 ** planeBits[i]! - 1;
        expect(codes.every((code) => Number.isInteger(code) && code >= 0 && code <= top)).toBe(true);
        expect(scales.every((scale) => Number.isFinite(scale) && scale !== 0)).toBe(true);
        if (zeroPoints[i])
          expect(zeros.every((zero) => Number.isInteger(zero) && zero >= 0 && zero <= top)).toBe(true);
        for (let place = 0; place < codes.length; place++) {
          const inRow = place % (BLOCKS * BLOCK);
          const zero = zeroPoints[i] ? zeros[Math.floor(place / BLOCK)]! : 2 ** (planeBits[i]! - 1);
          if (inRow >= MATRIX.k) expect(codes[place]).toBe(zero);
        }
      }
    },
  );
});

describe('planes that nothing was learned for', () => {
  test.each(CASES)('%j, zero points %j: are the planes of plain rounding', async (planeBits, zeroPoints) => {
    const { n, k } = MATRIX;
    const weights = weightsWithZeros(5);
    const none = { spread: 0, fusedRanks: planeBits.map(() => 0) };
    const planes = await runPlanes(weights, planeBits, zeroPoints, none);
    const rest = weights.slice();
    let before = squaredNorm(weights);
    for (const [i, { weights: ofPlane }] of planes.entries()) {
      const options = { bits: planeBits[i]!, block: BLOCK, zeroPoint: zeroPoints[i]! };
      const plain = quantizePlane(rest, n, k, options);
      subtractPlane(rest, plain, n, k);
      const learned = weights.map(
        (w, j) => w - planes.slice(0, i + 1).reduce((sum, each) => sum + each.weights[j]!, 0),
      );
      // Where a weight lies half-way between two codes, either is as near: errors agree, codes may not.
      expect(squaredNorm(learned)).toBeLessThan(1.02 * squaredNorm(rest) + 1e-9);
      expect(squaredNorm(learned)).toBeLessThan((planeBits[i] === 2 ? 0.3 : 0.05) * before);
      before = squaredNorm(learned);
      // Groups of zeros are zeros.
      expect(ofPlane.subarray(0, k).every((value) => value === 0)).toBe(true);
      expect(ofPlane.subarray(k + BLOCK, k + 2 * BLOCK).every((value) => value === 0)).toBe(true);
    }
  });
});
