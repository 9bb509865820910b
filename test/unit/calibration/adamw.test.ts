import { describe, expect, test } from 'vitest';
import { AdamW } from '../../../src/calibration/adamw.ts';
import type { Parameter, ParameterKind } from '../../../src/calibration/parameter-set.ts';
import { seededNormal } from '../../support/seeded-random.ts';

const RATES = { clipping: 2e-2, fused: 7e-4, live: 3e-3 } as const;
const DECAY = 0.1;
/** 40 roundings to float32 of numbers of order one. */
const TOLERANCE = 40 * 2 ** -23;

function parameter(name: string, kind: ParameterKind, values: readonly number[]): Parameter {
  return { name, kind, shape: [values.length], data: Float32Array.from(values) };
}

/** One element through all of its steps, in float64 and by the sums of the paper, without running means. */
function referenceSteps(
  start: number,
  slopes: readonly number[],
  rate: number,
  decay: number,
  totalSteps: number,
): number {
  let theta = start;
  slopes.forEach((_, i) => {
    const t = i + 1;
    const past = slopes.slice(0, t);
    const weighted = (beta: number, f: (g: number) => number) =>
      past.reduce((sum, g, s) => sum + (1 - beta) * beta ** (t - 1 - s) * f(g), 0) / (1 - beta ** t);
    const first = weighted(0.9, (g) => g);
    const second = weighted(0.999, (g) => g * g);
    const share = Math.min(1, i / totalSteps);
    const eta = rate * (0.01 + (0.99 * (1 + Math.cos(Math.PI * share))) / 2);
    theta -= eta * (first / (Math.sqrt(second) + 1e-8) + decay * theta);
  });
  return theta;
}

describe('AdamW', () => {
  test('takes the steps of a float64 reference: each kind at its rate, clipping undecayed', () => {
    const normal = seededNormal(5);
    const steps = 40;
    const kinds: ParameterKind[] = ['clipping', 'fused', 'live'];
    const starts = kinds.map(() => Array.from({ length: 5 }, normal).map(Math.fround));
    const parameters = kinds.map((kind, i) => parameter(kind, kind, starts[i]!));
    const slopes = Array.from({ length: steps }, () =>
      kinds.map(() => Float32Array.from({ length: 5 }, normal)),
    );
    const optimizer = new AdamW({ learningRate: RATES, totalSteps: 30, weightDecay: DECAY });
    for (const ofStep of slopes) {
      optimizer.update(parameters, Object.fromEntries(kinds.map((kind, i) => [kind, ofStep[i]!])));
    }
    kinds.forEach((kind, i) => {
      for (let element = 0; element < 5; element++) {
        const own = slopes.map((ofStep) => ofStep[i]![element]!);
        const decay = kind === 'clipping' ? 0 : DECAY;
        const wanted = referenceSteps(starts[i]![element]!, own, RATES[kind], decay, 30);
        expect(Math.abs(parameters[i]!.data[element]! - wanted), kind).toBeLessThan(TOLERANCE);
        expect(Math.abs(starts[i]![element]! - wanted), 'moved').toBeGreaterThan(10 * TOLERANCE);
      }
    });
  });

  /** How far a gradient that never changes moves a parameter in each step: η_t, since m̂/√v̂ is 1. */
  function moves(totalSteps: number, steps: number): number[] {
    const x = parameter('x', 'clipping', [0]);
    const optimizer = new AdamW({ learningRate: RATES, totalSteps, weightDecay: 0 });
    return Array.from({ length: steps }, () => {
      x.data[0] = 0;
      optimizer.update([x], { x: Float32Array.of(1) });
      return -x.data[0]! / RATES.clipping;
    });
  }

  test('the schedule begins at the full rate, passes the middle, ends at a hundredth and stays there', () => {
    const factors = moves(10, 14);
    expect(factors[0]).toBeCloseTo(1, 5);
    expect(factors[5]).toBeCloseTo(0.505, 5);
    expect(factors[10]).toBeCloseTo(0.01, 5);
    expect(factors[13]).toBeCloseTo(0.01, 5);
    for (let i = 1; i <= 10; i++) expect(factors[i]).toBeLessThan(factors[i - 1]!);
  });

  test('a schedule of no steps does not divide by zero', () => {
    expect(moves(0, 2).every(Number.isFinite)).toBe(true);
  });

  test.each([
    ['missing', {}],
    ['of another length', { x: new Float32Array(3) }],
  ])('a gradient that is %s is an error that names the parameter', (_, slopes) => {
    const optimizer = new AdamW({ learningRate: RATES, totalSteps: 1, weightDecay: 0 });
    expect(() => optimizer.update([parameter('x', 'live', [1, 2])], slopes)).toThrow('no gradient of x');
  });
});
