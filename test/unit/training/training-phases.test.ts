import { expect, test } from 'vitest';
import { placeOfStep } from '../../../src/training/training-phases.ts';

const SHORT = { sequences: 4, length: 8, steps: 3 };
const LONG = { sequences: 1, length: 40, steps: 2 };

test('steps walk through the stream without a gap, phase after phase', () => {
  const places = [0, 1, 2, 3, 4].map((step) => placeOfStep([SHORT, LONG], step));
  expect(places.map(({ phase }) => phase)).toEqual([SHORT, SHORT, SHORT, LONG, LONG]);
  expect(places.map(({ position }) => position)).toEqual([0, 32, 64, 96, 136]);
  expect(() => placeOfStep([SHORT, LONG], 5)).toThrow(RangeError);
});
