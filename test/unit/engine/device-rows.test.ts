import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeviceRows, type RowCopy } from '../../../src/engine/webgpu/device-rows.ts';

const SLOTS = 5;
const CONTEXT = 8;
const LEAST_ROWS = 2;
const SCRIBBLE = -1;

/** The device's cache as a plain array, [rows][positions], and passes that write it as a runner's do. */
class FakeDevice {
  readonly rows = new DeviceRows({ slots: SLOTS, leastRows: LEAST_ROWS });
  readonly memory = Array.from({ length: this.rows.rows }, () => new Array<number>(CONTEXT + 1).fill(0));

  copied = 0;

  copy(copies: readonly RowCopy[]): void {
    this.copied += copies.length;
    const read = copies.map(({ from, positions }) => this.memory[from]!.slice(0, positions));
    copies.forEach(({ to }, i) => {
      this.memory[to]!.splice(0, read[i]!.length, ...read[i]!);
    });
  }

  /** Writes `marks` behind what each slot holds, and a scribble where idle rows write. Rows that took part. */
  pass(slots: readonly number[], marks: readonly (readonly number[])[]): number {
    const alone = (marks[0]?.length ?? 0) > 1;
    const { count, moves } = this.rows.arrange(slots, alone);
    for (const copies of moves) this.copy(copies);
    const taking = new Map(slots.map((slot, i) => [this.rows.rowOf(slot), marks[i]!] as const));
    for (let row = 0; row < count; row++) {
      const written = taking.get(row) ?? [SCRIBBLE];
      const slot = slots.find((candidate) => this.rows.rowOf(candidate) === row);
      const at = slot === undefined ? this.rows.idlePosition(row) : this.rows.length(slot);
      expect(at + written.length).toBeLessThanOrEqual(CONTEXT + 1);
      this.memory[row]!.splice(at, written.length, ...written);
    }
    for (const slot of slots) this.rows.wrote(slot, marks[0]!.length);
    expect(Math.max(...taking.keys())).toBeLessThan(count);
    return count;
  }

  held(slot: number): number[] {
    return this.memory[this.rows.rowOf(slot)]!.slice(0, this.rows.length(slot));
  }
}

function filled(...lengths: readonly number[]): FakeDevice {
  const device = new FakeDevice();
  for (const length of lengths) {
    const slot = device.rows.acquire()!;
    if (length === 0) continue;
    device.pass([slot], [Array.from({ length }, (_, i) => 10 * slot + i)]);
    device.rows.commit(slot, length);
  }
  return device;
}

describe('rows on a device', () => {
  test('run out, come back, and start empty', () => {
    const { rows } = filled(1, 1, 1, 1, 1);
    expect(rows.acquire()).toBeNull();
    rows.release(3);
    expect(rows.acquire()).toBe(3);
    expect(rows.length(3)).toBe(0);
  });

  test('refuse what is not held, was not run, or is not there', () => {
    const { rows } = filled(2);
    expect(() => rows.release(1)).toThrow(/slot 1 is not acquired/);
    expect(() => rows.commit(0, 1)).toThrow(/has not run 1 more/);
    expect(() => rows.truncate(0, 3)).toThrow(/does not hold 3/);
    expect(() => rows.copyPrefix(0, 1, 1)).toThrow(/slot 1 is not acquired/);
    expect(() => rows.arrange([1], false)).toThrow(/slot 1 is not acquired/);
  });

  test('a batch that decodes again and again moves once, and then has no idle row but the least', () => {
    const device = filled(3, 3, 3, 3, 3);
    // All were used just now: nobody is pushed aside.
    const slots = [3, 4];
    const counts = Array.from({ length: 40 }, () => device.pass(slots, [[7], [7]]));
    expect(counts[0]).toBe(5);
    expect(counts.at(-1)).toBe(2);
    expect(device.rows.rowsToMove(slots)).toBe(0);
  });

  test('two groups that take turns stay where they are', () => {
    const device = filled(3, 3, 3, 3);
    for (let i = 0; i < 40; i++) {
      const slots = i % 2 === 0 ? [0, 1] : [2, 3];
      expect(device.rows.rowsToMove(slots)).toBe(0);
      device.pass(slots, [[7], [7]]);
    }
  });

  test('a chunk of a prompt has row 0 for itself', () => {
    const device = filled(2, 2, 0);
    expect(device.rows.arrange([2], true)).toEqual({
      count: 1,
      moves: [[{ from: 0, to: 2, positions: 2 }]],
    });
  });

  test('any sequence of passes keeps what every slot holds, committed or not', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('acquire' as const) }),
      fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }),
      fc.record({
        kind: fc.constant('chunk' as const),
        pick: fc.nat(),
        tokens: fc.integer({ min: 2, max: 4 }),
      }),
      fc.record({
        kind: fc.constant('decode' as const),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
        commits: fc.boolean(),
        times: fc.integer({ min: 1, max: 20 }),
      }),
      fc.record({ kind: fc.constant('copy' as const), from: fc.nat(), to: fc.nat(), tokens: fc.nat() }),
      fc.record({ kind: fc.constant('truncate' as const), pick: fc.nat(), tokens: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const device = new FakeDevice();
        const { rows } = device;
        const held = new Map<number, number[]>();
        const pickFrom = (pick: number) => [...held.keys()][pick % held.size]!;
        let mark = 1;
        const run = (slots: readonly number[], tokens: number, commits: boolean) => {
          const marks = slots.map(() => Array.from({ length: tokens }, () => mark++));
          const toMove = tokens === 1 ? rows.rowsToMove(slots) : null;
          const before = device.copied;
          device.pass(slots, marks);
          if (toMove !== null) expect(device.copied - before).toBe(toMove);
          if (!commits) return;
          slots.forEach((slot, i) => {
            rows.commit(slot, tokens);
            held.get(slot)!.push(...marks[i]!);
          });
        };
        for (const step of commands) {
          if (step.kind === 'acquire') {
            const slot = rows.acquire();
            if (slot === null) expect(held.size).toBe(SLOTS);
            else held.set(slot, []);
          } else if (held.size === 0) continue;
          else if (step.kind === 'release') {
            const slot = pickFrom(step.pick);
            rows.release(slot);
            held.delete(slot);
          } else if (step.kind === 'chunk') {
            const slot = pickFrom(step.pick);
            if (rows.length(slot) + step.tokens <= CONTEXT) run([slot], step.tokens, true);
          } else if (step.kind === 'decode') {
            for (let i = 0; i < step.times; i++) {
              const slots = [...new Set(step.picks.map(pickFrom))].filter(
                (slot) => rows.length(slot) < CONTEXT,
              );
              if (slots.length > 0) run(slots, 1, step.commits);
            }
          } else if (step.kind === 'truncate') {
            const slot = pickFrom(step.pick);
            const tokens = step.tokens % (rows.length(slot) + 1);
            rows.truncate(slot, tokens);
            held.set(slot, held.get(slot)!.slice(0, tokens));
          } else {
            const [from, to] = [pickFrom(step.from), pickFrom(step.to)];
            if (from === to) continue;
            const tokens = step.tokens % (rows.length(from) + 1);
            device.copy([rows.copyPrefix(from, to, tokens)]);
            held.set(to, held.get(from)!.slice(0, tokens));
          }
          for (const [slot, marks] of held) expect(device.held(slot)).toEqual(marks);
        }
      }),
      { numRuns: 300 },
    );
  });
});
