import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PrecisionConfig } from '../../../src/core/index.ts';
import { elasticLinear } from '../../../src/engine/graph/elastic-linear.ts';
import { gateCount, type MatrixData } from '../../../src/engine/graph/graph-weights.ts';
import { precisionGates } from '../../../src/engine/graph/precision-gates.ts';
import { type ExternalData, GraphBuilder, splitEach } from '../../../src/onnx/index.ts';
import {
  addPlaneRow,
  type PlaneArrays,
  type PlaneBits,
  quantizePlane,
  subtractPlane,
} from '../../../src/quant/index.ts';
import { seededNormal } from '../../support/seeded-random.ts';

const N = 48;
const K = 80; // Not a multiple of the block: the last block is short.
const BLOCK = 32;
const ROWS = 3;
const RANKS = [0, 8, 16];

/** A matrix with planes and two cascade segments of random A and B, written to a file, and kept in memory. */
async function makeMatrix(folder: string, planeBits: readonly PlaneBits[]) {
  const random = seededNormal(7);
  const parts: Uint8Array[] = [];
  let offset = 0;
  const store = (array: Uint8Array | Float32Array): ExternalData => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    parts.push(bytes);
    offset += bytes.length;
    return { location: 'weights.bin', offset: offset - bytes.length, bytes: bytes.length };
  };
  const residual = Float32Array.from({ length: N * K }, () => random());
  const planes: PlaneArrays[] = planeBits.map((bits, i) => {
    const plane = quantizePlane(residual, N, K, { bits, block: BLOCK, zeroPoint: i === 0 });
    subtractPlane(residual, plane, N, K);
    return plane;
  });
  const cascade = [8, 8].map((rank) => ({
    rank,
    a: Float32Array.from({ length: K * rank }, () => 0.1 * random()),
    b: Float32Array.from({ length: rank * N }, () => 0.1 * random()),
  }));
  const matrix: MatrixData = {
    kind: 'elastic',
    name: 'm',
    n: N,
    k: K,
    planes: planes.map((plane) => ({
      bits: plane.bits,
      block: BLOCK,
      codes: store(plane.codes),
      scales: store(plane.scales),
      zeroPoints: plane.zeroPoints && store(plane.zeroPoints),
    })),
    cascade: cascade.map(({ rank, a, b }) => ({ rank, a: store(a), b: store(b) })),
  };
  await writeFile(join(folder, 'weights.bin'), Buffer.concat(parts));
  return { matrix, planes, cascade };
}

type Made = Awaited<ReturnType<typeof makeMatrix>>;

/** The formula itself, in float64 over the dequantized planes. */
function plainLinear({ planes, cascade }: Made, x: Float32Array, depth: number, rank: number): Float64Array {
  const weights = new Float32Array(N * K);
  for (const plane of planes.slice(0, depth)) {
    for (let row = 0; row < N; row++) addPlaneRow(plane, K, row, 1, weights, row * K);
  }
  const y = new Float64Array(ROWS * N);
  for (let r = 0; r < ROWS; r++) {
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < K; k++) y[r * N + n]! += weights[n * K + k]! * x[r * K + k]!;
    }
    let prefix = 0;
    for (const segment of cascade) {
      prefix += segment.rank;
      if (prefix > rank) break;
      for (let j = 0; j < segment.rank; j++) {
        let projected = 0;
        for (let k = 0; k < K; k++) projected += x[r * K + k]! * segment.a[k * segment.rank + j]!;
        for (let n = 0; n < N; n++) y[r * N + n]! += projected * segment.b[j * N + n]!;
      }
    }
  }
  return y;
}

function config(planes: number, rank: number): PrecisionConfig {
  return { id: 'c', averageBits: 0, planes: [planes], ranks: [rank], predictedKl: null, msPerToken: null };
}

describe.each([[[4, 4]], [[4, 2, 2]], [[2, 2, 4]]] as [PlaneBits[]][])(
  'elastic linear, planes %j',
  (planeBits) => {
    let folder: string;
    let made: Made;
    let session: InferenceSession;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'quept-linear-'));
      made = await makeMatrix(folder, planeBits);
      const g = new GraphBuilder('linear');
      const x = g.input('x', 'f32', ['R', K]);
      const count = gateCount(made.matrix);
      const gates = splitEach(g, g.input('gates', 'bool', [count]), count);
      const y = elasticLinear(g, x, made.matrix, gates, 0);
      g.output(y);
      session = await InferenceSession.create(g.encode(), {
        extra: { session: { model_external_initializers_file_folder_path: folder } },
      });
    });
    afterAll(async () => {
      await session.release();
      await rm(folder, { recursive: true });
    });

    test('every depth and rank matches plain arithmetic, switching on every run of one session', async () => {
      const random = seededNormal(11);
      const x = Float32Array.from({ length: ROWS * K }, () => random());
      for (const rank of [...RANKS, ...[...RANKS].reverse()]) {
        for (let depth = 1; depth <= planeBits.length; depth++) {
          const gates = precisionGates([made.matrix], config(depth, rank));
          const result = await session.run({
            x: new Tensor('float32', x, [ROWS, K]),
            gates: new Tensor('bool', gates, [gates.length]),
          });
          const y = Object.values(result)[0]!.data as Float32Array;
          const expected = plainLinear(made, x, depth, rank);
          const scale = Math.max(...expected.map(Math.abs));
          const worst = y.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
          // float32 sums of 80 products against float64 ones.
          expect(worst / scale, `depth ${depth}, rank ${rank}`).toBeLessThan(2e-6);
        }
      }
    });

    test('a term that is switched on changes the result', async () => {
      const random = seededNormal(12);
      const x = Float32Array.from({ length: ROWS * K }, () => random());
      const base = plainLinear(made, x, 1, 0);
      const deeper = plainLinear(made, x, planeBits.length, 0);
      const wider = plainLinear(made, x, 1, 8);
      expect(deeper).not.toEqual(base);
      expect(wider).not.toEqual(base);
    });

    test('a config made for other matrices is refused', () => {
      expect(() => precisionGates([made.matrix], config(planeBits.length + 1, 0))).toThrow(RangeError);
      expect(() => precisionGates([made.matrix, made.matrix], config(1, 0))).toThrow(/does not fit/);
    });
  },
);
