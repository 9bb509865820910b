import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PlaneArrays,
  type PlaneBits,
  PlaneRowReader,
  quantizePlane,
  squaredNorm,
  subtractPlane,
} from '../../../src/quant/index.ts';
import { seededNormal } from '../../support/seeded-random.ts';

const BITS: PlaneBits[] = [2, 4, 8];

function gaussian(count: number, seed: number): Float32Array {
  const random = seededNormal(seed);
  return Float32Array.from({ length: count }, () => random());
}

function dequantize(plane: PlaneArrays, n: number, k: number): Float32Array {
  const out = new Float32Array(n * k);
  const reader = new PlaneRowReader(k, [plane]);
  for (let row = 0; row < n; row++) reader.read(row, out, row * k);
  return out;
}

/** Relative squared error of rounding `target` to planes one after the other. */
function relativeErrors(
  target: Float32Array,
  n: number,
  k: number,
  planes: readonly PlaneBits[],
  block = 32,
): number[] {
  const rest = target.slice();
  const norm = squaredNorm(target);
  return planes.map((bits) => {
    const plane = quantizePlane(rest, n, k, { bits, block, zeroPoint: false });
    return subtractPlane(rest, plane, n, k) / norm;
  });
}

/** The plainest quantizer there is: scale absmax/(2^(b − 1) − 1/2), no search. */
function absmaxError(target: Float32Array, bits: PlaneBits, block: number): number {
  let error = 0;
  const half = 2 ** (bits - 1);
  for (let from = 0; from < target.length; from += block) {
    const group = target.subarray(from, from + block);
    const scale = Math.max(...group.map(Math.abs)) / (half - 0.5);
    for (const w of group)
      error += (w - scale * Math.max(-half, Math.min(half - 1, Math.round(w / scale)))) ** 2;
  }
  return error / squaredNorm(target);
}

describe('quantizePlane', () => {
  const matrix = fc.record({
    bits: fc.constantFrom(...BITS),
    block: fc.constantFrom(16, 32, 64, 128, 256),
    zeroPoint: fc.boolean(),
    n: fc.integer({ min: 1, max: 4 }),
    k: fc.integer({ min: 1, max: 300 }),
    seed: fc.nat(),
    exponent: fc.integer({ min: -30, max: 30 }),
    offset: fc.double({ min: -3, max: 3, noNaN: true }),
  });

  test('never errs more than by leaving all weights out, whatever their size and offset', () => {
    fc.assert(
      fc.property(matrix, ({ bits, block, zeroPoint, n, k, seed, exponent, offset }) => {
        const target = gaussian(n * k, seed).map((w) => (w + offset) * 10 ** exponent);
        const rest = target.slice();
        const plane = quantizePlane(target, n, k, { bits, block, zeroPoint });
        expect(plane.scales.every(Number.isFinite)).toBe(true);
        const after = subtractPlane(rest, plane, n, k);
        expect(after).toBeLessThanOrEqual(squaredNorm(target));
      }),
    );
  });

  test('each code is a nearest one to its stored scale', () => {
    fc.assert(
      fc.property(matrix, ({ bits, block, zeroPoint, n, k, seed, offset }) => {
        const target = gaussian(n * k, seed).map((w) => w + offset);
        const plane = quantizePlane(target, n, k, { bits, block, zeroPoint });
        const rounded = dequantize(plane, n, k);
        const blocks = Math.ceil(k / block);
        target.forEach((w, i) => {
          const scale = plane.scales[Math.floor(i / k) * blocks + Math.floor((i % k) / block)]!;
          // One code up or down: whichever exists may not be nearer. The extreme codes have one neighbour only,
          // which lies inwards, so a weight beyond the range passes and one inside it does not.
          const error = Math.abs(rounded[i]! - w);
          if (error <= Math.abs(scale) * 0.5001) return;
          const inwards = rounded[i]! > w ? rounded[i]! + Math.abs(scale) : rounded[i]! - Math.abs(scale);
          expect(Math.abs(inwards - w)).toBeGreaterThan(error);
        });
      }),
    );
  });

  test('a value that a plane represents exactly comes back exactly', () => {
    for (const bits of BITS) {
      const half = 2 ** (bits - 1);
      // The most negative code is used, so the scale is determined.
      const target = Float32Array.from({ length: 32 }, (_, i) => 0.25 * ((i % (2 * half)) - half));
      target[0] = -0.25 * half;
      const plane = quantizePlane(target, 1, 32, { bits, block: 32, zeroPoint: false });
      expect(dequantize(plane, 1, 32)).toEqual(target);
      // The mirror image needs a negative scale.
      const mirrored = target.map((w) => 0 - w);
      const mirror = quantizePlane(mirrored, 1, 32, { bits, block: 32, zeroPoint: false });
      expect(dequantize(mirror, 1, 32)).toEqual(mirrored);
      expect(mirror.scales[0]).toBe(-plane.scales[0]!);
    }
  });

  test('zeros and the smallest numbers become zero without infinite scales', () => {
    for (const zeroPoint of [false, true]) {
      const target = new Float32Array(64);
      target[40] = 1e-40;
      const plane = quantizePlane(target, 1, 64, { bits: 4, block: 32, zeroPoint });
      expect([...plane.scales]).toEqual([0, 0]);
      expect(dequantize(plane, 1, 64)).toEqual(new Float32Array(64));
    }
  });

  test('the search beats plain absmax by a fifth and more on Gaussian weights', () => {
    const target = gaussian(64 * 256, 3);
    for (const [bits, block] of [
      [2, 32],
      [4, 32],
      [4, 128],
    ] as const) {
      const [error] = relativeErrors(target, 64, 256, [bits], block);
      expect(error).toBeLessThan(0.8 * absmaxError(target, bits, block));
    }
  });

  test('zero points help where weights are offset', () => {
    const target = gaussian(32 * 128, 5).map((w) => w + 2);
    const [plain, shifted] = [false, true].map((zeroPoint) => {
      const plane = quantizePlane(target, 32, 128, { bits: 4, block: 32, zeroPoint });
      return subtractPlane(target.slice(), plane, 32, 128);
    }) as [number, number];
    expect(shifted).toBeLessThan(0.5 * plain);
  });
});

describe('residual planes', () => {
  const target = gaussian(64 * 256, 9);

  test.each([[[4, 4]], [[4, 2, 2]], [[2, 2, 4]], [[2, 2, 2, 2]], [[8, 4]]] as [PlaneBits[]][])(
    '%j: every plane takes away most of the error that is left',
    (planes) => {
      const errors = [1, ...relativeErrors(target, 64, 256, planes)];
      planes.forEach((bits, i) => {
        // A uniform residual leaves about 4^−bits; the range search at 2 bits a little more.
        expect(errors[i + 1]! / errors[i]!).toBeLessThan(bits === 2 ? 0.16 : bits === 4 ? 0.012 : 1e-4);
      });
    },
  );

  test('[4, 4] comes within 1.6 of the squared error of one native 8-bit plane', () => {
    const [, split] = relativeErrors(target, 64, 256, [4, 4]);
    const [native] = relativeErrors(target, 64, 256, [8]);
    expect(split! / native!).toBeLessThan(1.6);
  });
});

describe('PlaneRowReader', () => {
  test('sums planes up to the depth asked for, into the place asked for', () => {
    const [n, k] = [3, 70];
    const rest = gaussian(n * k, 21);
    const original = rest.slice();
    const planes = ([4, 2, 2] as const).map((bits) => {
      const plane = quantizePlane(rest, n, k, { bits, block: 32, zeroPoint: bits === 2 });
      subtractPlane(rest, plane, n, k);
      return plane;
    });
    const reader = new PlaneRowReader(k, planes);
    const out = new Float32Array(k + 2).fill(7);
    reader.read(1, out, 1);
    expect([out[0], out[k + 1]]).toEqual([7, 7]);
    for (let j = 0; j < k; j++) expect(out[1 + j]).toBeCloseTo(original[k + j]! - rest[k + j]!, 5);
    reader.read(1, out, 1, 1);
    expect(out.subarray(1, k + 1)).toEqual(dequantize(planes[0]!, n, k).subarray(k, 2 * k));
  });
});
