import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { GraphBuilder, matMulNBits } from '../../../src/onnx/index.ts';
import { type PlaneBits, PlaneRowReader, planeRow, quantizePlane } from '../../../src/quant/index.ts';
import { seededNormal } from '../../support/seeded-random.ts';

const N = 24;
const ROWS = 3;

interface Case {
  readonly bits: PlaneBits;
  readonly block: number;
  readonly k: number;
  readonly zeroPoint: boolean;
}

const CASES: Case[] = ([2, 4, 8] as const).flatMap((bits) =>
  [16, 32, 128].flatMap((block) =>
    // A multiple of the block, a short last block, and an odd length.
    [block * 3, block * 2 + block / 2, block * 2 + 5].flatMap((k) =>
      [false, true].map((zeroPoint) => ({ bits, block, k, zeroPoint })),
    ),
  ),
);

describe('planes in MatMulNBits', () => {
  test.each(CASES)(
    '$bits bits, block $block, k $k, zero points $zeroPoint: the operator multiplies by what the reader dequantizes',
    async ({ bits, block, k, zeroPoint }) => {
      const random = seededNormal(bits * 1000 + k);
      // An offset makes zero points differ from the middle code.
      const weights = Float32Array.from({ length: N * k }, () => random() + 0.7);
      const plane = quantizePlane(weights, N, k, { bits, block, zeroPoint });
      const x = Float32Array.from({ length: ROWS * k }, () => random());

      const { blocks, zeroPointBytes } = planeRow(k, plane);
      const g = new GraphBuilder('layout');
      const input = g.input('x', 'f32', [ROWS, k]);
      const y = matMulNBits(
        g,
        input,
        {
          n: N,
          k,
          bits,
          block,
          codes: g.constant('codes', 'u8', [N, blocks, (block * bits) / 8], plane.codes),
          scales: g.constant('scales', 'f32', [N * blocks], plane.scales),
          zeroPoints: plane.zeroPoints && g.constant('zeros', 'u8', [N, zeroPointBytes], plane.zeroPoints),
        },
        0,
      );
      g.output(y);
      const session = await InferenceSession.create(g.encode());
      const result = await session.run({ x: new Tensor('float32', x, [ROWS, k]) });
      await session.release();

      const reader = new PlaneRowReader(k, [plane]);
      const row = new Float32Array(k);
      const product = Object.values(result)[0]?.data as Float32Array;
      for (let n = 0; n < N; n++) {
        reader.read(n, row);
        for (let r = 0; r < ROWS; r++) {
          let sum = 0;
          let magnitude = 0;
          for (let j = 0; j < k; j++) {
            sum += row[j]! * x[r * k + j]!;
            magnitude += Math.abs(row[j]! * x[r * k + j]!);
          }
          // float32 accumulation of up to 389 terms against float64.
          expect(Math.abs(product[r * N + n]! - sum)).toBeLessThan(2e-6 * magnitude);
        }
      }
    },
  );
});
