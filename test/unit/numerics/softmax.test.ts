import { describe, expect, it } from 'vitest';
import { argmax, klDivergence, logSumExp, softmax, tokenLogProb } from '../../../src/numerics/index.ts';

const LN2 = Math.log(2);

describe('argmax', () => {
  it('takes the lowest index among equals', () => {
    expect(argmax(Float32Array.of(1, 3, 2, 3))).toBe(1);
    expect(argmax(Float32Array.of(-0, 0))).toBe(0);
    expect(argmax(Float32Array.of(Number.NEGATIVE_INFINITY, -5))).toBe(1);
  });

  it.each([
    ['NaN first', [Number.NaN, 1]],
    ['NaN after the largest', [5, Number.NaN]],
    ['no logits', []],
    ['all excluded', [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['an overflow', [1, Number.POSITIVE_INFINITY]],
  ])('throws on %s', (_, row) => {
    expect(() => argmax(Float32Array.from(row))).toThrow();
  });
});

describe('softmax and logSumExp', () => {
  it('give the textbook values', () => {
    // softmax([0, ln 2, ln 5]) = [1, 2, 5] / 8
    const row = Float64Array.of(0, LN2, Math.log(5));
    expect(logSumExp(row)).toBeCloseTo(Math.log(8), 14);
    expect([...softmax(row)]).toEqual([1 / 8, 2 / 8, 5 / 8].map((p) => expect.closeTo(p, 14)));
    expect(tokenLogProb(row, 1)).toBeCloseTo(Math.log(0.25), 14);
  });

  it('survive logits whose exponentials overflow or vanish', () => {
    const row = Float32Array.of(1e4, 1e4, -1e4, Number.NEGATIVE_INFINITY);
    expect([...softmax(row)]).toEqual([0.5, 0.5, 0, 0]);
    expect(logSumExp(row)).toBeCloseTo(1e4 + LN2, 9);
    expect(logSumExp(Float64Array.of(-1e6, -1e6))).toBeCloseTo(-1e6 + LN2, 9);
    expect(tokenLogProb(row, 3)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('fill the given array', () => {
    const out = new Float64Array(2);
    expect(softmax(Float32Array.of(3, 3), out)).toBe(out);
    expect([...out]).toEqual([0.5, 0.5]);
  });

  it('refuse NaN and ids outside the row', () => {
    expect(() => softmax(Float32Array.of(1, Number.NaN))).toThrow('NaN');
    expect(() => tokenLogProb(Float32Array.of(1, 2), 2)).toThrow(RangeError);
  });
});

describe('klDivergence', () => {
  it('gives the textbook value and is not symmetric', () => {
    // p = [1/2, 1/2], q = [1/4, 3/4]: KL(p‖q) = ½ ln(4/3); KL(q‖p) = ¾ ln 3 − ln 2
    const p = Float64Array.of(0, 0);
    const q = Float64Array.of(0, Math.log(3));
    expect(klDivergence(p, q)).toBeCloseTo(0.5 * Math.log(4 / 3), 14);
    expect(klDivergence(q, p)).toBeCloseTo(0.75 * Math.log(3) - LN2, 14);
  });

  it('is 0 for shifted logits and never negative', () => {
    const row = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i * 7) * 8);
    expect(klDivergence(row, row)).toBe(0);
    const shifted = row.map((x) => x + 64);
    expect(klDivergence(row, shifted)).toBeGreaterThanOrEqual(0);
    expect(klDivergence(row, shifted)).toBeLessThan(1e-9);
  });

  it('resolves divergences far below float32', () => {
    // For logits 0 and δ against 0 and 0: KL = ln((1 + e^δ)/2) − δ/2 ≈ δ²/8
    const kl = klDivergence(Float64Array.of(0, 0), Float64Array.of(0, 1e-5));
    expect(kl / (1e-10 / 8)).toBeCloseTo(1, 4);
  });

  it('counts an excluded token as 0 in p and as infinite in q', () => {
    const cut = Float32Array.of(0, Number.NEGATIVE_INFINITY);
    const full = Float32Array.of(0, 0);
    expect(klDivergence(cut, full)).toBeCloseTo(LN2, 14);
    expect(klDivergence(full, cut)).toBe(Number.POSITIVE_INFINITY);
    expect(klDivergence(cut, cut)).toBe(0);
  });

  it('refuses rows of different length', () => {
    expect(() => klDivergence(new Float32Array(2), new Float32Array(3))).toThrow(RangeError);
  });
});
