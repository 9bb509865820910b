import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphBuilder, gradients, mul, reduceSum } from '../../../src/onnx/index.ts';
import { type Feeds, runGraph } from '../../support/graph-session.ts';
import { centralDifference } from '../../support/numeric-gradient.ts';
import { map, type PlainTensor, tensorOf, zip } from '../../support/plain-tensor.ts';
import { seededNormal } from '../../support/seeded-random.ts';
import { ELEMENTWISE_CASES, REDUCTION_CASES } from './arithmetic-cases.ts';
import { LAYER_CASES, LOSS_CASES } from './layer-cases.ts';
import { LAYOUT_CASES } from './layout-cases.ts';
import type { OperatorInstance } from './operator-case.ts';

/**
 * Share of the largest derivative (at least 1, the size of the terms) by which a gradient computed in float32 may
 * differ: some hundred roundings of 6e-8 with factors up to e³ and 1/0.3² stay an order of magnitude below it.
 */
const TOLERANCE = 1e-4;
const RUNS = 8;
const CASES = [...ELEMENTWISE_CASES, ...REDUCTION_CASES, ...LAYOUT_CASES, ...LAYER_CASES, ...LOSS_CASES];

describe('gradients agree with central differences of a float64 forward function:', () => {
  test.each(CASES)('$name', async ({ instances, near }) => {
    const wanted = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(instances, fc.nat(), wanted, async (instance, seed, mask) => {
        const normal = seededNormal(seed);
        const sample = near ? () => near(normal()) : normal;
        const inputs = instance.shapes.map((shape) => tensorOf(shape, () => Math.fround(sample())));
        const chosen = inputs.map((_, i) => i).filter((i) => mask[i]);
        await expectGradients(instance, inputs, chosen.length > 0 ? chosen : inputs.map((_, i) => i), normal);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Compares d Σ c ⊙ f(inputs) for random c with respect to the `chosen` inputs. */
async function expectGradients(
  instance: OperatorInstance,
  inputs: readonly PlainTensor[],
  chosen: readonly number[],
  normal: () => number,
): Promise<void> {
  const coefficients = map(instance.plain(inputs), () => Math.fround(normal()));
  const g = new GraphBuilder('operator');
  const values = inputs.map((input, i) => g.input(`x${i}`, 'f32', input.shape));
  const y = instance.build(g, values);
  expect(y.shape).toEqual(coefficients.shape);
  const c = g.constant('coefficients', 'f32', coefficients.shape, Float32Array.from(coefficients.data));
  const loss = reduceSum(
    g,
    mul(g, y, c),
    y.shape.map((_, axis) => axis),
  );
  const parameters = chosen.map((i) => values[i]!);
  const feeds: Feeds = Object.fromEntries(
    inputs.map(({ shape, data }, i) => [`x${i}`, { shape, data: Float32Array.from(data) }]),
  );
  const results = await runGraph(g, [y, ...gradients(g, loss, parameters)], feeds);

  expectClose(results[0]!, instance.plain(inputs).data);
  const plainLoss = (at: readonly PlainTensor[]) =>
    zip(instance.plain(at), coefficients, (a, b) => a * b).data.reduce((a, b) => a + b, 0);
  chosen.forEach((which, i) => {
    const numeric = inputs[which]!.data.map((_, at) => centralDifference(plainLoss, inputs, which, at));
    expectClose(results[i + 1]!, numeric);
  });
}

function expectClose(actual: Float32Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  const worst = expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - actual[i]!)), 0);
  expect(worst / scale).toBeLessThan(TOLERANCE);
}
