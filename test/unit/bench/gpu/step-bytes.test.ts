import { describe, expect, test } from 'vitest';
import { BENCH_PLANES } from '../../../../src/bench/engine/bench-precision.ts';
import { randomWeightsLayout } from '../../../../src/bench/engine/random-weights-layout.ts';
import { parseGpuBenchOptions } from '../../../../src/bench/gpu/gpu-options.ts';
import { gpuPrecisions } from '../../../../src/bench/gpu/gpu-precisions.ts';
import { formatShape } from '../../../../src/bench/gpu/gpu-report.ts';
import { GPU_SHAPES } from '../../../../src/bench/gpu/gpu-shapes.ts';
import { stepBytes } from '../../../../src/bench/gpu/step-bytes.ts';
import { fusedMatrices, type ModelArchitecture } from '../../../../src/core/index.ts';

const SHAPE = GPU_SHAPES['1b'] as ModelArchitecture;
const weights = { architecture: SHAPE, folder: '', ...randomWeightsLayout(SHAPE, BENCH_PLANES) };
const parameters = fusedMatrices(SHAPE).reduce((sum, { n, k }) => sum + n * k, 0);

describe('the least that a step reads', () => {
  const [four, mixed, eight] = gpuPrecisions(SHAPE);

  test('is codes and scales of its planes: 4.25 bits a weight for each plane in float16, 4.5 in float32', () => {
    const none = { rows: 0, length: 0 } as const;
    const norms = (2 * SHAPE.layers + 1) * SHAPE.hiddenSize;
    for (const [floatBytes, bits] of [
      [2, 4.25],
      [4, 4.5],
    ] as const) {
      const ofPlane = (parameters * bits) / 8;
      const size = { ...none, floatBytes };
      expect(stepBytes(weights, four!, size)).toBe(ofPlane + norms * floatBytes);
      expect(stepBytes(weights, eight!, size)).toBe(2 * ofPlane + norms * floatBytes);
      const between = ofPlane * (mixed!.averageBits / 4) + norms * floatBytes;
      expect(stepBytes(weights, mixed!, size)).toBeCloseTo(between, 0);
    }
    expect(mixed!.averageBits).toBeGreaterThan(4.5);
    expect(mixed!.averageBits).toBeLessThan(7.5);
  });

  test('grows by the keys and values of each row', () => {
    const size = { rows: 1, length: 100, floatBytes: 2 } as const;
    const more = stepBytes(weights, four!, { ...size, rows: 3 }) - stepBytes(weights, four!, size);
    // 32 kB a position in float16.
    expect(more).toBe(2 * 100 * 2 * 16 * 8 * 64 * 2);
  });

  test('is held against the time by the bandwidth', () => {
    const decode = {
      batch: 4,
      precision: 'q4',
      averageBits: 4,
      ms: 2,
      bytes: 1e9,
      uploadedBytes: 0,
      downloadedBytes: 0,
    };
    const shape = {
      floatType: 'f16',
      deviceBytes: 2e9,
      decode: [decode],
      prefill: [],
      switches: [],
    } as const;
    expect(formatShape('1b', shape, 1e12)).toMatch(
      /\| batch 4, q4 \| 4\.00 \| 2\.00 \| +2000 \| +1000\.0 \| +1\.000 \| +50 % \|/,
    );
    expect(formatShape('1b', shape, null)).toContain('unknown');
  });
});

describe('its options', () => {
  test('have defaults, and others for a quick look, which each may be overridden', () => {
    const options = parseGpuBenchOptions([]);
    expect([options.shapes, options.batches]).toEqual([
      ['135m', '1b'],
      [1, 2, 4, 8, 16, 32],
    ]);
    const quick = parseGpuBenchOptions(['--quick', '--batches', '2', '--bandwidth', '3350']);
    expect(quick).toMatchObject({ shapes: ['tiny'], batches: [2], bandwidth: 3350e9 });
  });

  test.each([
    ['--shapes', '7b', /no shape '7b'; known are tiny, 135m, 1b/],
    ['--batches', '1,two', /--batches takes whole numbers from 1 to 256, not 'two'/],
    ['--steps', '0', /--steps/],
    ['--fast', 'yes', /--fast/],
  ])('%s %s is refused', (flag, value, message) => {
    expect(() => parseGpuBenchOptions([flag, value])).toThrow(message);
  });
});
