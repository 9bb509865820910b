import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CostEstimator,
  createLearnedCost,
  linearCost,
  restoreLearnedCost,
  type StepShape,
} from '../../../src/scheduler/index.ts';
import { seededNormal, seededUniform } from '../../support/seeded-random.ts';
import { decodeShape, prefillShape, profileOf, RUNGS, trueMs } from '../../support/synthetic-cost.ts';

const ALL_RUNGS = Array.from({ length: RUNGS }, (_, rung) => rung);

/** Predicted over true. */
function ratio(cost: CostEstimator, shape: StepShape, slowness = 1): number {
  return cost.stepMs(shape) / (slowness * trueMs(shape));
}

/** Steps as a server runs them: four decodes to a prefill, at `rungs`. */
function randomSteps(count: number, seed: number, rungs = ALL_RUNGS): StepShape[] {
  const uniform = seededUniform(seed);
  const upTo = (n: number) => Math.floor(uniform() * n);
  return Array.from({ length: count }, () => {
    const rung = rungs[upTo(rungs.length)] ?? 0;
    return uniform() < 0.8
      ? decodeShape(rung, 1 + upTo(8), upTo(3000))
      : prefillShape(rung, 1 + upTo(128), upTo(500));
  });
}

/** Far from all that a profile measures. */
const PROBES = ALL_RUNGS.flatMap((rung) => [
  decodeShape(rung, 1, 1000),
  decodeShape(rung, 6, 6000),
  decodeShape(rung, 3, 300, 1),
  prefillShape(rung, 16, 0),
  prefillShape(rung, 300, 700),
]);

function worstError(cost: CostEstimator, slowness = 1): number {
  return Math.max(...PROBES.map((shape) => Math.abs(ratio(cost, shape, slowness) - 1)));
}

describe('a cost fitted on a profile', () => {
  it('recovers what is linear in its features within 2 %', () => {
    expect(worstError(createLearnedCost(RUNGS, profileOf(ALL_RUNGS)))).toBeLessThan(0.02);
  });

  it('is not misled by one disturbed measurement in nine', () => {
    let count = 0;
    const samples = profileOf(ALL_RUNGS, (shape) => trueMs(shape) * (++count % 9 === 0 ? 4 : 1));
    expect(worstError(createLearnedCost(RUNGS, samples))).toBeLessThan(0.05);
  });

  it('puts rungs without samples between their neighbours, and beyond the last at its level', () => {
    const cost = createLearnedCost(RUNGS, profileOf([1, 3]));
    for (const shape of [decodeShape(0, 4, 100), prefillShape(0, 64, 10)]) {
      const at = (rung: number) => cost.stepMs({ ...shape, rung });
      expect(at(2)).toBeCloseTo((at(1) + at(3)) / 2, 6);
      expect(at(0)).toBe(at(1));
      expect(at(4)).toBe(at(3));
    }
  });

  it('lends a phase without samples what the other one knows', () => {
    const decodes = profileOf(ALL_RUNGS).filter(({ shape }) => shape.phase === 'decode');
    const cost = createLearnedCost(RUNGS, decodes);
    expect(cost.stepMs(prefillShape(2, 8, 0))).toBeGreaterThan(cost.stepMs(decodeShape(2, 8, 0)) * 0.9);
    const prefills = profileOf(ALL_RUNGS).filter(({ shape }) => shape.phase === 'prefill');
    expect(createLearnedCost(RUNGS, prefills).stepMs(decodeShape(2, 8, 0))).toBeGreaterThan(0);
  });

  it('takes steps as free while nothing is known, and the first observation as news', () => {
    const cost = createLearnedCost(RUNGS, []);
    expect(cost.stepMs(decodeShape(0, 1, 0))).toBe(0);
    cost.observe(decodeShape(0, 1, 0), 1.4);
    expect(cost.stepMs(decodeShape(0, 1, 0))).toBeCloseTo(1.4, 6);
    for (const shape of randomSteps(600, 5)) cost.observe(shape, trueMs(shape));
    for (const probe of PROBES) {
      if (probe.movedRows === 0) expect(Math.abs(ratio(cost, probe) - 1)).toBeLessThan(0.15);
    }
  });

  it('refuses samples and questions off the ladder', () => {
    expect(() => createLearnedCost(1, profileOf([1]))).toThrow(RangeError);
    expect(() => createLearnedCost(2, profileOf([0])).stepMs(decodeShape(2, 1, 0))).toThrow(RangeError);
  });
});

describe('a cost that observes', () => {
  it('moves by less than 5 % when a tenth of the steps takes five times as long', () => {
    const calm = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
    const troubled = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
    const uniform = seededUniform(3);
    for (const shape of randomSteps(1500, 2)) {
      calm.observe(shape, trueMs(shape));
      troubled.observe(shape, trueMs(shape) * (uniform() < 0.1 ? 5 : 1));
      for (const probe of PROBES) {
        expect(Math.abs(troubled.stepMs(probe) / calm.stepMs(probe) - 1)).toBeLessThan(0.05);
      }
    }
  });

  it('follows a doubling within 40 steps, also at rungs and in a phase that never ran', () => {
    const cost = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
    const steps = randomSteps(200, 4, [4]).filter(({ phase }) => phase === 'decode');
    for (const shape of steps.slice(0, 60)) cost.observe(shape, trueMs(shape));
    for (const shape of steps.slice(60, 100)) cost.observe(shape, 2 * trueMs(shape));
    for (const probe of PROBES) expect(Math.abs(ratio(cost, probe, 2) - 1)).toBeLessThan(0.1);
  });

  it('learns that one rung is slower than its profile said, and leaves the others', () => {
    const cost = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
    for (const shape of randomSteps(1500, 6)) {
      cost.observe(shape, trueMs(shape) * (shape.rung === 3 ? 1.6 : 1));
    }
    expect(ratio(cost, decodeShape(3, 4, 1000), 1.6)).toBeCloseTo(1, 1);
    expect(ratio(cost, decodeShape(2, 4, 1000))).toBeCloseTo(1, 1);
  });

  it('learns at one rung what the context costs at all of them', () => {
    const misled = profileOf(ALL_RUNGS, (shape) => trueMs(shape) + 0.001 * shape.contextTokens);
    const cost = createLearnedCost(RUNGS, misled);
    const long = decodeShape(0, 8, 6000);
    expect(ratio(cost, long)).toBeGreaterThan(1.5);
    for (const shape of randomSteps(1500, 7, [4])) cost.observe(shape, trueMs(shape));
    expect(ratio(cost, long)).toBeLessThan(1.25);
  });

  it('learns what moving a row costs when its profile could not tell', () => {
    const still = profileOf(ALL_RUNGS).filter(({ shape }) => shape.movedRows === 0);
    const cost = createLearnedCost(RUNGS, still);
    expect(cost.stepMs(decodeShape(1, 4, 100, 2))).toBe(cost.stepMs(decodeShape(1, 4, 100)));
    randomSteps(600, 8).forEach((shape, i) => {
      const moving = shape.phase === 'decode' && i % 10 === 0 ? { ...shape, movedRows: 2 } : shape;
      cost.observe(moving, trueMs(moving));
    });
    expect(ratio(cost, decodeShape(1, 4, 100, 2))).toBeCloseTo(1, 1);
  });

  it('stays within the noise of what it sees, and says how far off it was', () => {
    const cost = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
    expect(cost.errors()).toEqual({ decode: null, prefill: null });
    const normal = seededNormal(9);
    for (const shape of randomSteps(1500, 10)) cost.observe(shape, trueMs(shape) * Math.exp(0.05 * normal()));
    expect(worstError(cost)).toBeLessThan(0.1);
    // The mean size of a normal error is 0.8 of its deviation.
    for (const error of Object.values(cost.errors())) {
      expect(error).toBeGreaterThan(0.02);
      expect(error).toBeLessThan(0.08);
    }
  });

  it('weighs errors by what was measured, the newest most', () => {
    const cost = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
    const shape = decodeShape(0, 2, 50);
    cost.observe(shape, cost.stepMs(shape) / 2);
    expect(cost.errors()).toEqual({ decode: expect.closeTo(1, 9), prefill: null });
    cost.observe(shape, cost.stepMs(shape) * 4);
    expect(cost.errors().decode).toBeCloseTo((1 + 0.75) / 2, 9);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('passes over a time of %s', (ms) => {
    const cost = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
    const before = cost.save();
    cost.observe(decodeShape(0, 1, 0), ms);
    expect(cost.save()).toEqual(before);
  });
});

const anyShape: fc.Arbitrary<StepShape> = fc.oneof(
  fc
    .tuple(fc.nat(RUNGS - 1), fc.integer({ min: 1, max: 16 }), fc.nat(20_000), fc.nat(16))
    .map(([rung, rows, context, moved]) => decodeShape(rung, rows, context, moved)),
  fc
    .tuple(fc.nat(RUNGS - 1), fc.integer({ min: 1, max: 2_048 }), fc.nat(4_096))
    .map(([rung, tokens, context]) => prefillShape(rung, tokens, context)),
);
const anyTime = fc.double({ min: 1e-3, max: 1e5, noNaN: true });
const observations = fc.array(fc.record({ shape: anyShape, ms: anyTime }), { maxLength: 60 });

describe('whatever a cost has seen', () => {
  it('its predictions are finite, not negative, and grow with every size', () => {
    const growth = fc.record({
      rows: fc.nat(4),
      tokens: fc.nat(400),
      context: fc.nat(5_000),
      moved: fc.nat(4),
    });
    fc.assert(
      fc.property(observations, observations, anyShape, growth, (samples, steps, shape, grow) => {
        const cost = createLearnedCost(RUNGS, samples);
        for (const step of steps) cost.observe(step.shape, step.ms);
        const larger: StepShape = {
          ...shape,
          rows: shape.rows + (shape.phase === 'decode' ? grow.rows : 0),
          tokens: shape.tokens + (shape.phase === 'decode' ? grow.rows : grow.tokens),
          contextTokens: shape.contextTokens + grow.context,
          movedRows: shape.movedRows + grow.moved,
        };
        const ms = cost.stepMs(shape);
        expect(Number.isFinite(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(cost.stepMs(larger)).toBeGreaterThanOrEqual(ms);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('restored from what it saved it goes on the same, also through JSON', () => {
    fc.assert(
      fc.property(observations, observations, observations, (samples, before, after) => {
        const cost = createLearnedCost(RUNGS, samples);
        for (const { shape, ms } of before) cost.observe(shape, ms);
        const saved = cost.save();
        const restored = restoreLearnedCost(JSON.parse(JSON.stringify(saved)));
        for (const { shape, ms } of after) {
          expect(restored.stepMs(shape)).toBe(cost.stepMs(shape));
          cost.observe(shape, ms);
          restored.observe(shape, ms);
        }
        expect(restored.save()).toEqual(cost.save());
        expect(restored.errors()).toEqual(cost.errors());
        // What was saved is not what goes on.
        expect(restoreLearnedCost(saved).save()).toEqual(saved);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('its parameters alone predict the same, and stay as they were', () => {
    fc.assert(
      fc.property(observations, anyShape, (steps, shape) => {
        const cost = createLearnedCost(RUNGS, profileOf(ALL_RUNGS));
        for (const step of steps) cost.observe(step.shape, step.ms);
        const parameters = cost.parameters();
        const predicted = cost.stepMs(shape);
        expect(linearCost(parameters).stepMs(shape)).toBe(predicted);
        cost.observe(shape, 10 * predicted);
        expect(linearCost(parameters).stepMs(shape)).toBe(predicted);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});
