import type { RequestView } from './scheduling-view.ts';

/**
 * Rows copied per row that leaves its group. It changes places with one that is in the way, unless it stood at the
 * edge already: 1.3 to 1.6 over random changes between two groups of eight rows in all.
 */
const COPIES_PER_LEAVER = 1.5;

/**
 * For a policy that weighs groupings: the rows that each of `groups` would have to move, given at which rung its
 * requests decoded last. Of requests that decoded together the largest part stays in place and the others leave;
 * groups that join whole, and requests that have not decoded yet, move nothing. What ended requests leave behind is
 * not foreseen, so more rows than these may move.
 *
 * @param groups the decode batches of one step
 * @returns `StepShape.movedRows` to expect, per group
 */
export function expectedMoves(groups: readonly (readonly RequestView[])[]): number[] {
  const partsByRung = new Map<number, number[]>();
  groups.forEach((group, index) => {
    for (const { generatedTokens, lastRung } of group) {
      // The first token comes from the prompt's last chunk, in no group.
      if (generatedTokens < 2 || lastRung === null) continue;
      const parts = partsByRung.get(lastRung) ?? groups.map(() => 0);
      parts[index] = (parts[index] ?? 0) + 1;
      partsByRung.set(lastRung, parts);
    }
  });
  const moves = groups.map(() => 0);
  for (const parts of partsByRung.values()) {
    const stays = parts.indexOf(Math.max(...parts));
    parts.forEach((count, index) => {
      if (index !== stays) moves[index] = (moves[index] ?? 0) + count * COPIES_PER_LEAVER;
    });
  }
  return moves;
}
