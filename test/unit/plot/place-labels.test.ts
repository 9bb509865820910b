import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boxAround,
  contains,
  overlapArea,
  type Position,
  segmentMeetsBox,
} from '../../../src/plot/geometry.ts';
import { type LabelPlace, placeLabels } from '../../../src/plot/place-labels.ts';

const BOUNDS = { left: 0, top: 0, width: 400, height: 300 };
const RADIUS = 6;

function place(points: readonly Position[], lines: { from: Position; to: Position }[] = []): LabelPlace[] {
  const labels = points.map((at) => ({ at, width: 44, height: 13 }));
  return placeLabels(labels, { bounds: BOUNDS, symbols: points, symbolRadius: RADIUS, lines });
}

function faults(points: readonly Position[], places: readonly LabelPlace[]): string[] {
  return places.flatMap(({ box }, i) => [
    ...(contains(BOUNDS, box) ? [] : [`label ${i} leaves the plot`]),
    ...places
      .slice(i + 1)
      .flatMap((other, j) => (overlapArea(box, other.box) > 0 ? [`labels ${i}, ${i + j + 1}`] : [])),
    ...points.flatMap((at, j) =>
      overlapArea(box, boxAround(at, RADIUS)) > 0 ? [`label ${i}, symbol ${j}`] : [],
    ),
  ]);
}

describe('placeLabels', () => {
  test.each([
    ['a lone point', [{ x: 200, y: 150 }]],
    ['a corner', [{ x: 399, y: 1 }]],
    [
      'the same place twice',
      [
        { x: 200, y: 150 },
        { x: 200, y: 150 },
      ],
    ],
    ['a slope of neighbours', Array.from({ length: 9 }, (_, i) => ({ x: 150 + 9 * i, y: 100 + 5 * i }))],
    [
      'a heap of nine',
      Array.from({ length: 9 }, (_, i) => ({ x: 200 + 4 * (i % 3), y: 150 + 4 * Math.floor(i / 3) })),
    ],
    ['a heap at the edge', Array.from({ length: 6 }, (_, i) => ({ x: 5 + 3 * i, y: 5 + 3 * i }))],
  ])('%s: every label is inside, off the symbols and off the others', (_, points) => {
    const places = place(points);
    expect(places).toHaveLength(points.length);
    expect(faults(points, places)).toEqual([]);
  });

  test('only labels that had to move away have a leader, which starts at their point', () => {
    expect(place([{ x: 200, y: 150 }])[0]?.leader).toBeNull();
    const heap = Array.from({ length: 12 }, () => ({ x: 200, y: 150 }));
    const leaders = place(heap).flatMap(({ leader }) => (leader === null ? [] : [leader.from]));
    expect(leaders.length).toBeGreaterThan(0);
    expect(leaders).toEqual(leaders.map(() => ({ x: 200, y: 150 })));
  });

  test('a label keeps off a line where it can', () => {
    const line = { from: { x: 200, y: 150 }, to: { x: 400, y: 0 } };
    const [label] = place([{ x: 200, y: 150 }], [line]);
    expect(label && segmentMeetsBox(line, label.box)).toBe(false);
  });

  test('points spread at random stay apart as well', () => {
    const point = fc.record({ x: fc.integer({ min: 10, max: 390 }), y: fc.integer({ min: 10, max: 290 }) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 7 }), (points) => {
        const overlapping = faults(points, place(points)).filter((fault) => !fault.includes('symbol'));
        expect(overlapping).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('segmentMeetsBox', () => {
  test('agrees with points sampled along the segment', () => {
    const box = { left: 20, top: 30, width: 25, height: 15 };
    const point = fc.record({ x: fc.integer({ min: 0, max: 80 }), y: fc.integer({ min: 0, max: 80 }) });
    fc.assert(
      fc.property(point, point, (from, to) => {
        const sampled = Array.from({ length: 401 }, (_, i) => ({
          x: from.x + ((to.x - from.x) * i) / 400,
          y: from.y + ((to.y - from.y) * i) / 400,
        })).some(({ x, y }) => x >= 20 && x <= 45 && y >= 30 && y <= 45);
        // A corner may be cut between two samples, so sampling proves a meeting and never its absence.
        if (sampled) expect(segmentMeetsBox({ from, to }, box)).toBe(true);
        const wider = { left: 19, top: 29, width: 27, height: 17 };
        if (segmentMeetsBox({ from, to }, box)) expect(segmentMeetsBox({ from, to }, wider)).toBe(true);
      }),
    );
    expect(segmentMeetsBox({ from: { x: 0, y: 0 }, to: { x: 80, y: 20 } }, box)).toBe(false);
    expect(segmentMeetsBox({ from: { x: 0, y: 60 }, to: { x: 30, y: 80 } }, box)).toBe(false);
  });
});
