import { type DecodeRow, decodeLoadMs } from './decode-pace.ts';
import type { DecodeCandidate } from './rung-assignment.ts';
import type { SchedulingView } from './scheduling-view.ts';

/** A row to run and the rungs that it may run at. */
export type MovableRow = Pick<DecodeCandidate, 'high'> & Omit<DecodeRow, 'rung'>;

/** Rungs of rows, with what they make of a step. */
export interface GroupedRows {
  readonly rungs: readonly number[];
  readonly loadMs: number;
}

/**
 * Every group costs a pass of its own, so a group that can join the next higher one for no more milliseconds is
 * promoted: less time and less lost. Groups are tried from the lowest up.
 */
export function mergeUpwards(
  view: SchedulingView,
  rows: readonly MovableRow[],
  rungs: readonly number[],
): GroupedRows {
  let best = [...rungs];
  let loadMs = load(view, rows, best);
  const levels = [...new Set(rungs)].sort((a, b) => a - b);
  for (let i = 0; i + 1 < levels.length; i++) {
    const from = levels[i];
    const to = levels[i + 1] ?? 0;
    if (rows.some(({ high }, row) => best[row] === from && high < to)) continue;
    const merged = best.map((rung) => (rung === from ? to : rung));
    const mergedMs = load(view, rows, merged);
    if (mergedMs > loadMs) continue;
    best = merged;
    loadMs = mergedMs;
  }
  return { rungs: best, loadMs };
}

function load(view: SchedulingView, rows: readonly MovableRow[], rungs: readonly number[]): number {
  return decodeLoadMs(
    view,
    rows.map(({ context, paceMs }, i) => ({ rung: rungs[i] ?? 0, context, paceMs })),
  );
}
