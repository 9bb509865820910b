import { describe, expect, it } from 'vitest';
import { type CostSample, expectedMoves } from '../../../src/scheduler/index.ts';
import { request } from '../../support/hand-made-view.ts';
import { engineRequest, SchedulerRig, SHAPE, scripted } from '../../support/scheduler-rig.ts';

const at = (id: string, lastRung: number) => request(id, { lastRung, generatedTokens: 5 });

describe('moves to expect', () => {
  it('are none where groups stay or join whole', () => {
    expect(expectedMoves([[at('a', 1), at('b', 1)], [at('c', 3)]])).toEqual([0, 0]);
    expect(expectedMoves([[at('a', 1), at('b', 1), at('c', 3)]])).toEqual([0]);
    expect(expectedMoves([])).toEqual([]);
  });

  it('are charged to the group that the smaller part of a split runs in', () => {
    const [stay, leave] = expectedMoves([
      [at('a', 3), at('b', 3)],
      [at('c', 3), at('d', 1)],
    ]);
    expect(stay).toBe(0);
    expect(leave).toBeGreaterThanOrEqual(1);
    expect(leave).toBeLessThanOrEqual(2);
  });

  it('are none for requests that have not decoded yet, wherever their prompt ran', () => {
    const fresh = request('new', { lastRung: 1, generatedTokens: 1 });
    expect(expectedMoves([[at('a', 1)], [fresh, at('b', 3)]])).toEqual([0, 0]);
  });
});

describe('a batch that ran', () => {
  it('is reported with the rows that the runner had to move before it', async () => {
    const seen: CostSample[] = [];
    const rig = new SchedulerRig(
      { ...scripted([1, 1, 1, 1]), rowsToMove: (slots) => slots.length - 1, shape: { ...SHAPE, slots: 2 } },
      { cost: { stepMs: () => 0, observe: (shape, ms) => seen.push({ shape, ms }) } },
    );
    for (const id of ['a', 'b']) rig.scheduler.submit(engineRequest(id, { maxTokens: 4 }));
    await rig.runToEnd();
    const of = (rows: number) => seen.filter(({ shape }) => shape.rows === rows);
    expect(of(2).length).toBeGreaterThan(0);
    expect(of(1).length).toBeGreaterThan(0);
    for (const { shape } of seen) expect(shape.movedRows).toBe(shape.rows - 1);
    // Two rows whose prompts of three are committed, and one and two tokens of output.
    expect(of(2)[0]?.shape).toMatchObject({ phase: 'decode', tokens: 2, contextTokens: 7 });
  });
});
