import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KvPool } from '../../../src/engine/cpu/kv-pool.ts';

const SHAPE = { layers: 2, kvHeads: 2, headDim: 4, slots: 5, capacity: 6 };

/** Marks what belongs to a slot at a position, so that a move that loses or mixes rows shows. */
function write(pool: KvPool, slot: number, position: number, mark: number): void {
  forEachVector(pool, slot, position, (array, at, salt) => array.fill(mark + salt, at, at + SHAPE.headDim));
}

function expectMark(pool: KvPool, slot: number, position: number, mark: number): void {
  forEachVector(pool, slot, position, (array, at, salt) => {
    expect([...array.subarray(at, at + SHAPE.headDim)]).toEqual(Array(SHAPE.headDim).fill(mark + salt));
  });
}

function forEachVector(
  pool: KvPool,
  slot: number,
  position: number,
  visit: (array: Float32Array, at: number, salt: number) => void,
): void {
  [...pool.keys, ...pool.values].forEach((array, a) => {
    for (let head = 0; head < SHAPE.kvHeads; head++) {
      const at = ((pool.rowOf(slot) * SHAPE.kvHeads + head) * pool.capacity + position) * SHAPE.headDim;
      visit(array, at, a / 16 + head / 4);
    }
  });
}

describe('KvPool', () => {
  test('slots run out, come back, and start empty', () => {
    const pool = new KvPool(SHAPE);
    const slots = Array.from({ length: SHAPE.slots }, () => pool.acquire());
    expect(new Set(slots).size).toBe(SHAPE.slots);
    expect(pool.acquire()).toBeNull();
    pool.commit(3, 2);
    pool.release(3);
    expect(pool.acquire()).toBe(3);
    expect(pool.length(3)).toBe(0);
  });

  test('a slot that is not held cannot be used, and no slot exceeds the capacity', () => {
    const pool = new KvPool(SHAPE);
    expect(() => pool.release(0)).toThrow(RangeError);
    expect(() => pool.commit(0, 1)).toThrow(RangeError);
    expect(() => pool.arrange([0])).toThrow(RangeError);
    expect(() => pool.truncate(0, 0)).toThrow(RangeError);
    const slot = pool.acquire()!;
    expect(() => pool.commit(slot, SHAPE.capacity + 1)).toThrow(/would hold 7/);
    expect(pool.length(slot)).toBe(0);
    expect(() => pool.truncate(slot, 1)).toThrow(/does not hold 1/);
    expect(() => pool.copyPrefix(slot, pool.acquire()!, 1)).toThrow(/does not hold 1/);
    expect(() => pool.copyPrefix(slot, 4, 0)).toThrow(/not acquired/);
  });

  test('the rows that it says will move are those that move', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat(4), { minLength: 1 }), { maxLength: 12 }), (batches) => {
        const pool = new KvPool(SHAPE);
        // Slot 4 is empty: moving it copies nothing.
        for (let i = 0; i < 5; i++) pool.commit(pool.acquire()!, i === 4 ? 0 : 1 + i);
        for (const slots of batches) {
          const before = [0, 1, 2, 3, 4].map((slot) => pool.rowOf(slot));
          const expected = pool.rowsToMove(slots);
          expect([0, 1, 2, 3, 4].map((slot) => pool.rowOf(slot))).toEqual(before);
          pool.arrange(slots);
          const moved = before.filter((row, slot) => slot < 4 && pool.rowOf(slot) !== row);
          expect(moved).toHaveLength(expected);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('rows that are together already are not moved', () => {
    const pool = new KvPool(SHAPE);
    for (let i = 0; i < 4; i++) pool.commit(pool.acquire()!, 3);
    pool.arrange([1, 2, 3]);
    pool.arrange([0, 1, 2, 3]);
    expect(pool.movedPositions).toBe(0);
  });

  test('arrange moves as little as it can', () => {
    const pool = new KvPool(SHAPE);
    for (let i = 0; i < 5; i++) pool.commit(pool.acquire()!, i === 4 ? 6 : 1);
    // Slots 0 and 4 meet beside the long row 4: slot 0 changes places with slot 3.
    const start = pool.arrange([0, 4]);
    expect(start).toBe(3);
    expect(pool.movedPositions).toBe(2);
    expect(pool.rowOf(4)).toBe(4);
  });

  test('any sequence of joins, leaves, growth and regrouping keeps every slot’s rows and makes batches adjacent', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('acquire' as const), tokens: fc.nat(4) }),
      fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant('append' as const), pick: fc.nat() }),
      fc.record({
        kind: fc.constant('arrange' as const),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      }),
      fc.record({ kind: fc.constant('grow' as const), by: fc.nat(3) }),
      fc.record({ kind: fc.constant('copy' as const), from: fc.nat(), to: fc.nat(), tokens: fc.nat() }),
      fc.record({ kind: fc.constant('truncate' as const), pick: fc.nat(), tokens: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const pool = new KvPool(SHAPE);
        const held = new Map<number, number[]>();
        let mark = 1;
        const append = (slot: number) => {
          const marks = held.get(slot)!;
          if (marks.length === pool.capacity) return;
          write(pool, slot, marks.length, mark);
          pool.commit(slot, 1);
          marks.push(mark++);
        };
        const pickFrom = (pick: number) => [...held.keys()][pick % held.size]!;
        for (const step of commands) {
          if (step.kind === 'acquire') {
            const slot = pool.acquire();
            if (slot === null) expect(held.size).toBe(SHAPE.slots);
            else {
              held.set(slot, []);
              for (let i = 0; i < step.tokens; i++) append(slot);
            }
          } else if (step.kind === 'grow') pool.grow(pool.capacity + step.by);
          else if (held.size === 0) continue;
          else if (step.kind === 'release') {
            const slot = pickFrom(step.pick);
            pool.release(slot);
            held.delete(slot);
          } else if (step.kind === 'append') append(pickFrom(step.pick));
          else if (step.kind === 'truncate') {
            const slot = pickFrom(step.pick);
            const tokens = step.tokens % (pool.length(slot) + 1);
            pool.truncate(slot, tokens);
            held.set(slot, held.get(slot)!.slice(0, tokens));
          } else if (step.kind === 'copy') {
            const [from, to] = [pickFrom(step.from), pickFrom(step.to)];
            const tokens = step.tokens % (pool.length(from) + 1);
            if (from === to) continue;
            pool.copyPrefix(from, to, tokens);
            held.set(to, held.get(from)!.slice(0, tokens));
          } else {
            const slots = [...new Set(step.picks.map(pickFrom))];
            const start = pool.arrange(slots);
            const rows = slots.map((slot) => pool.rowOf(slot)).sort((a, b) => a - b);
            expect(rows).toEqual(slots.map((_, i) => start + i));
          }
          for (const [slot, marks] of held) {
            expect(pool.length(slot)).toBe(marks.length);
            for (const [position, value] of marks.entries()) expectMark(pool, slot, position, value);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
