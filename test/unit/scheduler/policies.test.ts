import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WITHOUT_TARGETS } from '../../../src/core/index.ts';
import { createCeilingPolicy, firstComePolicy, type RequestView } from '../../../src/scheduler/index.ts';
import { prompt, request, view } from '../../support/hand-made-view.ts';
import { LinearCost } from '../../support/linear-cost.ts';

describe('firstComePolicy', () => {
  const atCeiling = (row: RequestView): number => row.ceiling;

  it('plans nothing for nobody', () => {
    expect(firstComePolicy(view({ freeSlots: 4 }), atCeiling)).toEqual({
      expire: [],
      admit: [],
      decode: [],
      prefill: null,
    });
  });

  it('admits the longest waiting and starts the first of them in the same step', () => {
    const waiting = ['a', 'b', 'c'].map((id) => request(id, { promptLeft: 10 }));
    expect(firstComePolicy(view({ freeSlots: 2, waiting }), atCeiling)).toEqual({
      expire: [],
      admit: ['a', 'b'],
      decode: [],
      prefill: { id: 'a', rung: 3, tokens: 4 },
    });
  });

  it('goes on with the oldest unfinished prompt before a new one, and never beyond its end', () => {
    const running = [request('old', { promptLeft: 3, ceiling: 1 }), request('young', { promptLeft: 10 })];
    const plan = firstComePolicy(
      view({ freeSlots: 1, running, waiting: [request('new', { promptLeft: 1 })] }),
      atCeiling,
    );
    expect(plan).toEqual({
      expire: [],
      admit: ['new'],
      decode: [],
      prefill: { id: 'old', rung: 1, tokens: 3 },
    });
  });

  it('makes chunks no longer than those who decode bear by their targets, or twice what they take anyway', () => {
    // A chunk of n tokens takes 4 + n ms, a row alone 5 ms, four of them 8 ms.
    const cost = new LinearCost({ pass: [4, 4, 4, 4], row: [1, 1, 1, 1], token: [1, 1, 1, 1] });
    const limits = { prefillChunk: 64, maxBatch: 8 };
    const chunkBeside = (rows: number, tpotMs: number): number | undefined => {
      const level = { ...WITHOUT_TARGETS.level, tpotMs };
      const decoding = Array.from({ length: rows }, (_, i) => request(`d${i}`, { level }));
      const running = [...decoding, prompt('p', { promptTokens: 100 })];
      return firstComePolicy(view({ cost, limits, running }), atCeiling).prefill?.tokens;
    };
    expect(chunkBeside(0, 20)).toBe(64);
    expect(chunkBeside(1, Number.POSITIVE_INFINITY)).toBe(64);
    // 1.75 times 0.95 of the target, less the decoding.
    expect(chunkBeside(1, 20)).toBe(24);
    expect(chunkBeside(4, 5)).toBe(4);
  });

  it('decodes everyone in every step, by rung, in batches of at most maxBatch, beside the chunk', () => {
    const running = [
      request('a', { ceiling: 2 }),
      request('b', { ceiling: 0 }),
      request('c', { ceiling: 2 }),
      request('d', { promptLeft: 9 }),
      request('e', { ceiling: 2 }),
    ];
    expect(firstComePolicy(view({ running }), atCeiling)).toEqual({
      expire: [],
      admit: [],
      decode: [
        { rung: 0, ids: ['b'] },
        { rung: 2, ids: ['a', 'c'] },
        { rung: 2, ids: ['e'] },
      ],
      prefill: { id: 'd', rung: 3, tokens: 4 },
    });
  });
});

describe('createCeilingPolicy', () => {
  function rungs(ranges: [number, number][], promote: boolean): number[] {
    const running = ranges.map(([floor, ceiling], i) => request(`r${i}`, { floor, ceiling }));
    const rungOf = createCeilingPolicy({ promote })(view({ running }));
    return running.map(rungOf);
  }

  it('runs everyone at the ceiling', () => {
    expect(
      rungs(
        [
          [0, 3],
          [1, 2],
          [0, 0],
        ],
        false,
      ),
    ).toEqual([3, 2, 0]);
  });

  it.each<[string, [number, number][], number[]]>([
    [
      'joins a free row to a pinned one',
      [
        [2, 2],
        [0, 3],
      ],
      [2, 2],
    ],
    [
      'leaves free rows at their ceiling when alone',
      [
        [0, 3],
        [1, 3],
      ],
      [3, 3],
    ],
    [
      'keeps pinned rows apart',
      [
        [1, 1],
        [3, 3],
      ],
      [1, 3],
    ],
    [
      'gives a row that fits two groups the higher',
      [
        [0, 1],
        [0, 3],
        [2, 2],
      ],
      [1, 2, 2],
    ],
  ])('promote %s', (_, ranges, expected) => {
    expect(rungs(ranges, true)).toEqual(expected);
  });

  it('promote leaves a prompt at its ceiling', () => {
    const prompt = request('p', { promptLeft: 5 });
    const running = [request('pinned', { floor: 1, ceiling: 1 }), prompt];
    expect(createCeilingPolicy({ promote: true })(view({ running }))(prompt)).toBe(3);
  });

  it('promote forms as few groups as any choice within the ranges', () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }))
      .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 6 }), (ranges) => {
        const chosen = rungs(ranges, true);
        ranges.forEach(([floor, ceiling], i) => {
          expect(chosen[i]).toBeGreaterThanOrEqual(floor);
          expect(chosen[i]).toBeLessThanOrEqual(ceiling);
        });
        // All subsets of the five rungs: the smallest that meets every range.
        let fewest = Number.POSITIVE_INFINITY;
        for (let subset = 1; subset < 32; subset++) {
          const members = [0, 1, 2, 3, 4].filter((rung) => (subset >> rung) & 1);
          const meets = ranges.every(([low, high]) => members.some((rung) => rung >= low && rung <= high));
          if (meets) fewest = Math.min(fewest, members.length);
        }
        expect(new Set(chosen).size).toBe(fewest);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });
});
