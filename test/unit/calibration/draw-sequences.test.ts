import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawSequences, type SequenceWish } from '../../../src/calibration/draw-sequences.ts';

const BOS = -1;
/** A text whose tokens are their own places, so that overlaps show. */
const text = (length: number) => Int32Array.from({ length }, (_, i) => i);
const WISH: SequenceWish = { sequences: 8, length: 5, batch: 4, judged: 3, seed: 1 };

const places = (windows: readonly Int32Array[]) =>
  windows.flatMap((window) => [...window]).filter((token) => token !== BOS);

describe('drawSequences', () => {
  test('is the same for the same text and seed, and another draw for another seed', () => {
    expect(drawSequences(text(200), BOS, WISH)).toEqual(drawSequences(text(200), BOS, WISH));
    expect(drawSequences(text(200), BOS, { ...WISH, seed: 2 })).not.toEqual(
      drawSequences(text(200), BOS, WISH),
    );
  });

  test('whole sequences in whole batches, none overlapping, judged apart from learned as far as the text goes', () => {
    const wish = fc.record({
      sequences: fc.integer({ min: 1, max: 30 }),
      length: fc.integer({ min: 2, max: 9 }),
      batch: fc.integer({ min: 1, max: 4 }),
      judged: fc.integer({ min: 0, max: 8 }),
      seed: fc.nat(),
    });
    const bos = fc.constantFrom(BOS, null);
    fc.assert(
      fc.property(wish, bos, fc.nat(300), (wished, bosToken, tokens) => {
        fc.pre(wished.sequences >= wished.batch);
        const body = wished.length - (bosToken === null ? 0 : 1);
        const there = Math.floor(tokens / body);
        fc.pre(there >= wished.batch);
        const { sequences, judged } = drawSequences(text(tokens), bosToken, wished);
        const most = Math.min(wished.sequences, there);
        expect(sequences.length).toBe(most - (most % wished.batch));
        for (const window of [...sequences, ...judged]) {
          expect(window).toHaveLength(wished.length);
          if (bosToken !== null) expect(window[0]).toBe(BOS);
          const [first = 0] = window.slice(bosToken === null ? 0 : 1);
          expect([...window].slice(-body)).toEqual(Array.from({ length: body }, (_, i) => first + i));
        }
        expect(new Set(places(sequences)).size).toBe(places(sequences).length);
        expect(new Set(places(judged)).size).toBe(places(judged).length);
        expect(judged.length).toBeGreaterThanOrEqual(Math.min(wished.judged, 1));
        if (there > wished.sequences) {
          const learned = new Set(places(sequences));
          expect(places(judged).filter((place) => learned.has(place))).toEqual([]);
        }
      }),
    );
  });

  test('a text that has nothing left to judge on is judged on what was learned', () => {
    const { sequences, judged } = drawSequences(text(32), BOS, WISH);
    expect(sequences).toHaveLength(8);
    expect(judged).toEqual(sequences.slice(0, 3));
  });

  test.each([
    ['nothing', 0],
    ['less than a batch', 15],
  ])('a text of %s is refused by the name of its option, with what is needed', (_, tokens) => {
    expect(() => drawSequences(text(tokens), BOS, WISH)).toThrow(
      expect.objectContaining({
        code: 'invalid_usage',
        message: expect.stringMatching(
          /^--data: the text is too short: \d+ tokens, where at least 16 are needed \(32 to be/,
        ),
      }),
    );
  });

  test.each([0, 3])('%d sequences, less than a batch, are a fault of the caller', (sequences) => {
    expect(() => drawSequences(text(200), BOS, { ...WISH, sequences })).toThrow(RangeError);
  });
});
