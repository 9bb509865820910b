/**
 * One level per matrix with least Σ damage[m][l] at Σ cost[m][l] ≤ budget, for each of several budgets, by
 * dynamic programming over the budget: best(m, c) = min_l damage[m][l] + best(m − 1, c − cost[m][l]).
 *
 * Time and memory: matrices · largest budget · levels, and one byte each for the way back.
 *
 * @param damage [M][L], any unit that adds up over matrices
 * @param cost [M][L], whole numbers >= 0
 * @param budgets whole numbers
 * @returns for each budget the level of each matrix, or null where even the cheapest levels exceed it
 * Source: QuEPT (Xu et al., 2026), mixed precision without retraining.
 */
export function assignLevels(
  damage: readonly (readonly number[])[],
  cost: readonly (readonly number[])[],
  budgets: readonly number[],
): (number[] | null)[] {
  const width = Math.max(0, ...budgets) + 1;
  let best = new Float64Array(width);
  const choices: Uint8Array[] = [];
  damage.forEach((ofMatrix, m) => {
    const next = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    const choice = new Uint8Array(width);
    ofMatrix.forEach((harm, level) => {
      const price = cost[m]![level]!;
      for (let c = price; c < width; c++) {
        const total = harm + best[c - price]!;
        if (total < next[c]!) {
          next[c] = total;
          choice[c] = level;
        }
      }
    });
    best = next;
    choices.push(choice);
  });
  return budgets.map((budget) => {
    if (budget < 0 || best[budget] === Number.POSITIVE_INFINITY) return null;
    const levels = new Array<number>(damage.length);
    let left = budget;
    for (let m = damage.length - 1; m >= 0; m--) {
      levels[m] = choices[m]![left]!;
      left -= cost[m]![levels[m]!]!;
    }
    return levels;
  });
}
