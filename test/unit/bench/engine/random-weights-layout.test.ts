import { describe, expect, test } from 'vitest';
import { BENCH_PLANES } from '../../../../src/bench/engine/bench-precision.ts';
import { randomBytes } from '../../../../src/bench/engine/random-bytes.ts';
import { randomWeightsLayout } from '../../../../src/bench/engine/random-weights-layout.ts';
import { SHAPE_135M } from '../../../../src/bench/engine/shape-135m.ts';
import { fusedMatrices } from '../../../../src/core/index.ts';

describe('randomWeightsLayout', () => {
  const layout = randomWeightsLayout(SHAPE_135M, BENCH_PLANES);
  const placed = [
    ...layout.matrices.flatMap((matrix) =>
      matrix.kind === 'elastic' ? matrix.planes.flatMap(({ codes, scales }) => [codes, scales]) : [],
    ),
    ...[...layout.vectors.values()].map(({ data }) => data),
  ];

  test('has one section for each tensor, end to end, each f32 one aligned', () => {
    expect(placed).toHaveLength(layout.sections.length);
    let end = 0;
    placed.forEach(({ offset, bytes }, i) => {
      const section = layout.sections[i];
      expect([offset, bytes]).toEqual([end, section?.bytes]);
      if (section?.fill.kind === 'f32') expect(offset % 4).toBe(0);
      end += bytes;
    });
    expect(end).toBe(layout.bytes);
  });

  test('is as large as a real artefact: 9 bits a weight with the scales of two 4-bit planes', () => {
    const weights = fusedMatrices(SHAPE_135M).reduce((sum, { n, k }) => sum + n * k, 0);
    const vectors = (2 * SHAPE_135M.layers + 1) * SHAPE_135M.hiddenSize;
    expect(weights).toBe(134_479_872);
    expect(layout.bytes).toBe((weights * 9) / 8 + 4 * vectors);
  });
});

describe('randomBytes', () => {
  test('repeats for the same key, differs for another', () => {
    expect(randomBytes('a', 1001)).toEqual(randomBytes('a', 1001));
    expect(randomBytes('a', 1001)).not.toEqual(randomBytes('b', 1001));
    expect(randomBytes('a', 1001)).toHaveLength(1001);
  });

  test('uses every byte about equally often', () => {
    const counts = new Uint32Array(256);
    for (const byte of randomBytes('spread', 256_000)) counts[byte]! += 1;
    // 1000 expected of each; six standard deviations.
    expect(Math.min(...counts)).toBeGreaterThan(810);
    expect(Math.max(...counts)).toBeLessThan(1190);
  });
});
