import { expect, test } from 'vitest';
import type { TrainedParameter } from '../../../src/training/initial-parameters.ts';
import { optimizerStep, scheduleAt } from '../../../src/training/optimizer.ts';

const OPTIONS = { learningRate: 0.1, weightDecay: 0.5, gradientNorm: 1, warmUpSteps: 4, totalSteps: 24 };

function parameter(name: string, kind: TrainedParameter['kind'], values: number[]): TrainedParameter {
  return { name, kind, shape: [values.length], data: Float32Array.from(values) };
}

function moments(parameters: readonly TrainedParameter[]) {
  return new Map(
    parameters.map(({ name, data }) => [
      name,
      { first: new Float32Array(data.length), second: new Float32Array(data.length) },
    ]),
  );
}

test('the rate warms up, stands at its height, and falls to a twentieth', () => {
  const rates = Array.from({ length: 25 }, (_, step) => scheduleAt(step, OPTIONS));
  expect(rates.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
  expect(rates[14]).toBeCloseTo((1 + 0.05) / 2, 6);
  expect(rates[24]).toBeCloseTo(0.05, 6);
  for (let step = 5; step < 25; step++) expect(rates[step]).toBeLessThan(rates[step - 1] ?? 0);
});

test('the first step moves every weight by the rate against its slope; matrices decay, vectors do not', () => {
  const parameters = [parameter('m', 'matrix', [1, -2]), parameter('v', 'vector', [1, 3])];
  const gradients = new Map([
    ['m', Float32Array.of(0.3, -0.1)],
    ['v', Float32Array.of(-0.2, 0)],
  ]);
  const norm = optimizerStep(parameters, moments(parameters), gradients, 0, OPTIONS);
  expect(norm).toBeCloseTo(Math.sqrt(0.09 + 0.01 + 0.04), 6);
  const rate = 0.1 * 0.25;
  expect(parameters[0]?.data[0]).toBeCloseTo(1 - rate * (1 + 0.5), 5);
  expect(parameters[0]?.data[1]).toBeCloseTo(-2 + rate * (1 + 0.5 * 2), 5);
  expect(parameters[1]?.data[0]).toBeCloseTo(1 + rate, 5);
  expect(parameters[1]?.data[1]).toBe(3);
});

test('gradients longer than the limit act as if they had its length', () => {
  const steps = [1, 1000].map((factor) => {
    const parameters = [parameter('m', 'matrix', [1, 1])];
    const held = moments(parameters);
    const gradients = new Map([['m', Float32Array.of(3 * factor, 4 * factor)]]);
    expect(optimizerStep(parameters, held, gradients, 0, OPTIONS)).toBeCloseTo(5 * factor, 3);
    return [...(held.get('m')?.first ?? [])];
  });
  expect(steps[0]?.[0]).toBeCloseTo(0.1 * 0.6, 6);
  expect(steps[1]).toEqual(steps[0]);
});
