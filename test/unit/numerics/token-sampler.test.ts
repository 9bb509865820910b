import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SamplingParams } from '../../../src/core/index.ts';
import { argmax, TokenHistory, TokenSampler, uniformAt } from '../../../src/numerics/index.ts';
import { naiveDistribution } from '../../support/naive-sampling.ts';

const PLAIN: SamplingParams = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  seed: null,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
};
const LN = Math.log;

function wavyRow(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => 12 * uniformAt(seed, i) ** 3);
}

/** Every id that comes up in 400 draws: of probability 0.05, all but one in 10^9 times. */
function reachable(row: Float32Array, params: SamplingParams): Set<number> {
  const sampler = new TokenSampler(row.length);
  return new Set(Array.from({ length: 400 }, (_, i) => sampler.sample(row, params, null, uniformAt(31, i))));
}

describe('greedy', () => {
  it('takes the largest logit, the lowest id among equals, whatever the filters and the random number', () => {
    const sampler = new TokenSampler(4);
    const params = { ...PLAIN, temperature: 0, topK: 3, topP: 0.5, minP: 0.1 };
    for (const uniform of [0, 0.5, 0.999]) {
      expect(sampler.sample(Float32Array.of(1, 4, 4, 2), params, null, uniform)).toBe(1);
    }
  });

  it('agrees with a draw at a vanishing temperature', () => {
    const row = wavyRow(500, 3);
    const sampler = new TokenSampler(500);
    expect(sampler.sample(row, { ...PLAIN, temperature: 1e-9 }, null, 0.7)).toBe(argmax(row));
  });
});

describe('filters', () => {
  // Probabilities 0.5, 0.25, 0.15, 0.1 at ids 2, 0, 3, 1.
  const row = Float32Array.of(LN(0.25), LN(0.1), LN(0.5), LN(0.15));

  it.each<[string, Partial<SamplingParams>, number[]]>([
    ['nothing', {}, [0, 1, 2, 3]],
    ['top-k 1', { topK: 1 }, [2]],
    ['top-k 3', { topK: 3 }, [0, 2, 3]],
    ['top-k beyond the vocabulary', { topK: 99 }, [0, 1, 2, 3]],
    ['top-p just under the first', { topP: 0.49 }, [2]],
    ['top-p just over the first', { topP: 0.51 }, [0, 2]],
    ['top-p 0.8', { topP: 0.8 }, [0, 2, 3]],
    ['min-p 0.4', { minP: 0.4 }, [0, 2]],
    ['min-p 1', { minP: 1 }, [2]],
    // Of the two left by top-k the first has 2/3: top-p counts what is left, not the whole.
    ['top-k before top-p', { topK: 2, topP: 0.6 }, [2]],
    // Temperature 0.5 squares: 0.25, 0.0625, 0.0225, 0.01 of 0.345; the first alone has 0.72.
    ['temperature before top-p', { temperature: 0.5, topP: 0.7 }, [2]],
    ['temperature before min-p', { temperature: 0.5, minP: 0.24 }, [0, 2]],
    ['top-p and min-p', { topP: 0.99, minP: 0.25 }, [0, 2, 3]],
  ])('%s', (_, filters, ids) => {
    const params = { ...PLAIN, ...filters };
    expect([...naiveDistribution(row, params).keys()].sort()).toEqual(ids);
    expect([...reachable(row, params)].sort()).toEqual(ids);
  });

  it('cut ties in favour of lower ids', () => {
    const flat = new Float32Array(6);
    expect([...reachable(flat, { ...PLAIN, topK: 2 })].sort()).toEqual([0, 1]);
    expect([...reachable(flat, { ...PLAIN, topP: 0.45 })].sort()).toEqual([0, 1, 2]);
  });

  it('equal a full sort on random rows', () => {
    const logit = fc.oneof(
      { weight: 6, arbitrary: fc.float({ min: -20, max: 20, noNaN: true }) },
      { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
      { weight: 1, arbitrary: fc.constant(Number.NEGATIVE_INFINITY) },
    );
    const finite = fc.float({ min: -20, max: 20, noNaN: true });
    const scenario = fc.record({
      row: fc.tuple(finite, fc.array(logit, { maxLength: 80 })),
      temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
      topK: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90 })),
      topP: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 0.999, noNaN: true })),
      minP: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
    });
    fc.assert(
      fc.property(scenario, fc.integer({ min: 0, max: 2 ** 31 }), ({ row, ...filters }, seed) => {
        const logits = Float32Array.from([row[0], ...row[1]]);
        const params = { ...PLAIN, ...filters };
        const expected = naiveDistribution(logits, params);
        const sampler = new TokenSampler(logits.length);
        const drawn = new Set<number>();
        for (let i = 0; i < 60; i++) drawn.add(sampler.sample(logits, params, null, uniformAt(seed, i)));
        expect([...drawn].filter((id) => !expected.has(id))).toEqual([]);
        // Missed in 60 draws once in 10^9 times.
        const likely = [...expected].filter(([, p]) => p > 0.3).map(([id]) => id);
        expect(likely.filter((id) => !drawn.has(id))).toEqual([]);
      }),
      { numRuns: 1000, seed: 11 },
    );
  });
});

describe('draws', () => {
  it.each<[string, Partial<SamplingParams>]>([
    ['unfiltered', {}],
    ['warm', { temperature: 1.7 }],
    ['filtered', { temperature: 0.8, topK: 12, topP: 0.9, minP: 0.02 }],
  ])('follow the exact probabilities: %s', (_, filters) => {
    const row = Float32Array.from({ length: 30 }, (_, i) => 3 * uniformAt(5, i));
    const params = { ...PLAIN, ...filters };
    const expected = naiveDistribution(row, params);
    const counts = new Map<number, number>();
    const sampler = new TokenSampler(row.length);
    const draws = 40_000;
    for (let i = 0; i < draws; i++) {
      const id = sampler.sample(row, params, null, uniformAt(2024, i));
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect([...counts.keys()].every((id) => expected.has(id))).toBe(true);
    let chiSquare = 0;
    for (const [id, p] of expected) chiSquare += ((counts.get(id) ?? 0) - draws * p) ** 2 / (draws * p);
    const freedom = expected.size - 1;
    // Mean and deviation of chi-square: n and √(2n). Four deviations.
    expect(chiSquare).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom));
  });

  it('stay the same when logits change a little, however flat they are', () => {
    const row = Float32Array.from({ length: 3000 }, (_, i) => uniformAt(5, i));
    const nudged = row.map((logit, i) => logit + 1e-3 * uniformAt(6, i));
    const sampler = new TokenSampler(row.length);
    const draw = (logits: Float32Array, i: number) => sampler.sample(logits, PLAIN, null, uniformAt(7, i));
    const draws = Array.from({ length: 1000 }, (_, i) => draw(row, i));
    // A walk along the cumulative distribution changes most of them.
    expect(draws.filter((id, i) => id !== draw(nudged, i)).length).toBeLessThan(10);
    expect(new Set(draws).size).toBeGreaterThan(500);
  });

  it('are reproducible and leave the logits alone', () => {
    const row = wavyRow(1000, 9);
    const before = row.slice();
    const params = { ...PLAIN, topP: 0.95, topK: 100 };
    const draw = (sampler: TokenSampler): number[] =>
      [0, 1, 2, 3, 4, 5].map((i) => sampler.sample(row, params, null, uniformAt(77, i)));
    const first = draw(new TokenSampler(1000));
    const used = new TokenSampler(1000);
    used.sample(wavyRow(1000, 1), { ...params, topK: 3 }, null, 0.3);
    expect(draw(used)).toEqual(first);
    expect(row).toEqual(before);
  });

  it('never choose a token of probability 0', () => {
    const row = Float32Array.of(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
    for (const u of [0, 0.5, 1 - 2 ** -53]) expect(new TokenSampler(3).sample(row, PLAIN, null, u)).toBe(1);
  });

  it('do not sort: rows that are worst for naive partitions pass at 150,000 tokens', () => {
    const size = 150_000;
    const sampler = new TokenSampler(size);
    const rows = [
      new Float32Array(size),
      Float32Array.from({ length: size }, (_, i) => i / size),
      Float32Array.from({ length: size }, (_, i) => 1 - i / size),
      Float32Array.from({ length: size }, (_, i) => Math.min(i, size - i) / size),
    ];
    for (const row of rows) {
      // Quadratic partitioning would take 10^10 comparisons here and run into the test's time limit.
      const params = { ...PLAIN, topK: 70_000, topP: 0.5 };
      const id = sampler.sample(row, params, null, 0.25);
      expect(naiveDistribution(row, params).has(id)).toBe(true);
    }
  });

  it('throw on rows that a failed pass leaves', () => {
    const sampler = new TokenSampler(3);
    for (const temperature of [0, 1]) {
      const params = { ...PLAIN, temperature };
      expect(() => sampler.sample(Float32Array.of(1, Number.NaN, 0), params, null, 0)).toThrow('NaN');
      expect(() => sampler.sample(new Float32Array(3).fill(-Infinity), params, null, 0)).toThrow();
      expect(() => sampler.sample(new Float32Array(4), params, null, 0)).toThrow(RangeError);
    }
  });
});

describe('a mask', () => {
  const V = 70;
  const row = wavyRow(V, 4);
  const mask = (ids: readonly number[]): Uint32Array => {
    const bits = new Uint32Array(3);
    for (const id of ids) bits[id >>> 5] = (bits[id >>> 5] ?? 0) | (1 << (id & 31));
    return bits;
  };

  it.each([0, 0.7, 1.5])(
    'leaves the tokens that it allows as they would be without the others, at temperature %s',
    (temperature) => {
      const ids = [0, 5, 31, 32, 63, 64, 69];
      const only = row.map((logit, id) => (ids.includes(id) ? logit : Number.NEGATIVE_INFINITY));
      const params = { ...PLAIN, temperature, topP: 0.9, topK: 5 };
      for (let i = 0; i < 200; i++) {
        const uniform = uniformAt(8, i);
        const alone = new TokenSampler(V).sample(only, params, null, uniform);
        expect(ids).toContain(alone);
        expect(new TokenSampler(V).sample(row, params, null, uniform, mask(ids))).toBe(alone);
      }
    },
  );

  it('holds whatever bias and penalties say, and leaves the row alone', () => {
    const history = new TokenHistory(Int32Array.of(5));
    const before = row.slice();
    const params = { ...PLAIN, repetitionPenalty: 3, logitBias: new Map([[9, 100]]) };
    for (let i = 0; i < 50; i++) {
      expect(new TokenSampler(V).sample(row, params, history, uniformAt(1, i), mask([5]))).toBe(5);
    }
    expect(row).toEqual(before);
  });

  it('that allows nothing, or is too short, is a fault', () => {
    expect(() => new TokenSampler(V).sample(row, PLAIN, null, 0.5, mask([]))).toThrow();
    expect(() => new TokenSampler(V).sample(row, PLAIN, null, 0.5, new Uint32Array(2))).toThrow(RangeError);
  });
});

describe('penalties', () => {
  const greedy = { ...PLAIN, temperature: 0 };

  /** The penalised logits, read back from the sampler: the least handicap of a rival at which it wins. */
  function penalised(logit: number, params: SamplingParams, history: TokenHistory): number {
    const sampler = new TokenSampler(2);
    let low = -100;
    let high = 100;
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (sampler.sample(Float32Array.of(logit, middle), params, history, 0) === 0) low = middle;
      else high = middle;
    }
    return low;
  }

  function historyOf(prompt: number[], output: number[]): TokenHistory {
    const history = new TokenHistory(Int32Array.from(prompt));
    for (const id of output) history.add(id);
    return history;
  }

  it.each<[string, number, Partial<SamplingParams>, number[], number[], number]>([
    ['repetition divides a positive logit', 3, { repetitionPenalty: 1.5 }, [], [0], 2],
    ['repetition multiplies a negative one', -3, { repetitionPenalty: 1.5 }, [], [0], -4.5],
    ['repetition counts the prompt', 3, { repetitionPenalty: 1.5 }, [0], [], 2],
    ['repetition applies once', 3, { repetitionPenalty: 1.5 }, [0], [0, 0], 2],
    ['frequency grows with each occurrence', 3, { frequencyPenalty: 0.5 }, [], [0, 0, 0], 1.5],
    ['frequency ignores the prompt', 3, { frequencyPenalty: 0.5 }, [0, 0], [], 3],
    ['presence applies once', 3, { presencePenalty: 0.75 }, [], [0, 0], 2.25],
    ['presence ignores the prompt', 3, { presencePenalty: 0.75 }, [0], [], 3],
    ['negative penalties reward', 3, { frequencyPenalty: -0.5, presencePenalty: -1 }, [], [0], 4.5],
    [
      'repetition comes before subtraction',
      3,
      { repetitionPenalty: 2, frequencyPenalty: 0.25, presencePenalty: 1 },
      [],
      [0, 0],
      0,
    ],
    ['an unseen token keeps its logit', 3, { repetitionPenalty: 2, presencePenalty: 1 }, [], [], 3],
  ])('%s', (_, logit, fields, prompt, output, expected) => {
    const value = penalised(logit, { ...greedy, ...fields }, historyOf(prompt, output));
    expect(value).toBeCloseTo(expected, 5);
  });

  it('act before temperature and top-k', () => {
    const params = { ...PLAIN, topK: 1, presencePenalty: 2 };
    const row = Float32Array.of(5, 4);
    expect(new TokenSampler(2).sample(row, params, historyOf([], [0]), 0.5)).toBe(1);
    expect([...row]).toEqual([5, 4]);
  });

  it('pass over ids that the vocabulary lacks', () => {
    const params = { ...greedy, repetitionPenalty: 2 };
    expect(new TokenSampler(2).sample(Float32Array.of(1, 2), params, historyOf([9], []), 0)).toBe(1);
  });
});
