/**
 * argmin_{x >= 0} ½ xᵀG x − mᵀx, that is least squares min ‖A x − b‖² over x >= 0 with G = AᵀA, m = Aᵀb.
 *
 * An active-set method: coefficients enter one by one where the gradient pulls hardest, the system of those inside is
 * solved, and a step that would cross zero stops there and takes the crossing ones out. A direction that G knows
 * nothing about stays at 0. Exact for the few unknowns it is meant for; in float64.
 *
 * @param gram G, shape [n, n] row-major, symmetric and positive semidefinite
 * @param moment m, shape [n]
 * @returns x, shape [n], every entry >= 0; G and m are left as they are
 *
 * Throws RangeError when the shapes do not fit, or an entry is not finite.
 * Source: Lawson & Hanson, "Solving Least Squares Problems", 1974, chapter 23 (algorithm NNLS).
 */
export function nonNegativeLeastSquares(gram: Float64Array, moment: Float64Array): Float64Array {
  const n = moment.length;
  if (gram.length !== n * n)
    throw new RangeError(`A Gram matrix of ${gram.length} entries for ${n} unknowns.`);
  if (!gram.every(Number.isFinite) || !moment.every(Number.isFinite)) {
    throw new RangeError('Least squares of values that are not finite.');
  }
  const x = new Float64Array(n);
  const inside: number[] = [];
  // In exact arithmetic every entry lowers the objective, so no set comes twice; the bound is for rounding.
  for (let entered = 0; entered < 3 * n; entered++) {
    const next = steepest(gram, moment, x, inside);
    if (next < 0) break;
    inside.push(next);
    if (!settle(gram, moment, x, inside)) break;
  }
  return x;
}

/** Relative size below which a gradient is rounding. */
const FLAT = 1e-12;
/** A column of a smaller square counts as 0: products with it lose their digits. */
const UNSEEN = 1e-200;
/** Added to the diagonal, relative: twins among the columns share their coefficient instead of breaking the solve. */
const RIDGE = 1e-12;

/** The unknown outside whose increase lowers the objective most, in units of its own column; −1 when none does. */
function steepest(gram: Float64Array, moment: Float64Array, x: Float64Array, inside: number[]): number {
  const n = moment.length;
  let best = -1;
  let pull = 0;
  for (let i = 0; i < n; i++) {
    const square = gram[i * n + i]!;
    if (square < UNSEEN || inside.includes(i)) continue;
    let gradient = moment[i]!;
    for (let j = 0; j < n; j++) gradient -= gram[i * n + j]! * x[j]!;
    if (gradient <= FLAT * Math.abs(moment[i]!)) continue;
    const scaled = gradient / Math.sqrt(square);
    if (scaled > pull) {
      pull = scaled;
      best = i;
    }
  }
  return best;
}

/** Moves `x` to the minimum over `inside`, dropping whoever reaches zero on the way. False when rounding stops it. */
function settle(gram: Float64Array, moment: Float64Array, x: Float64Array, inside: number[]): boolean {
  const entered = inside.at(-1);
  while (inside.length > 0) {
    const target = solveInside(gram, moment, inside);
    let share = 1;
    inside.forEach((i, k) => {
      const to = target[k]!;
      if (to <= 0) share = Math.min(share, x[i]! / (x[i]! - to));
    });
    if (Number.isNaN(share)) share = 0;
    inside.forEach((i, k) => {
      x[i] = x[i]! + share * (target[k]! - x[i]!);
    });
    if (share === 1) return true;
    for (let k = inside.length - 1; k >= 0; k--) {
      const i = inside[k]!;
      if (target[k]! > 0 || x[i]! > FLAT * Math.abs(target[k]!)) continue;
      x[i] = 0;
      inside.splice(k, 1);
    }
    if (entered !== undefined && !inside.includes(entered) && share === 0) return false;
  }
  return true;
}

/** Solves G[inside, inside] y = m[inside] by Cholesky's factorisation. */
function solveInside(gram: Float64Array, moment: Float64Array, inside: readonly number[]): Float64Array {
  const n = moment.length;
  const size = inside.length;
  const lower = new Float64Array(size * size);
  const y = new Float64Array(size);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c <= r; c++) {
      let sum = gram[inside[r]! * n + inside[c]!]!;
      const floor = RIDGE * sum;
      if (r === c) sum += floor;
      for (let k = 0; k < c; k++) sum -= lower[r * size + k]! * lower[c * size + k]!;
      lower[r * size + c] = r === c ? Math.sqrt(Math.max(sum, floor)) : sum / lower[c * size + c]!;
    }
    let sum = moment[inside[r]!]!;
    for (let k = 0; k < r; k++) sum -= lower[r * size + k]! * y[k]!;
    y[r] = sum / lower[r * size + r]!;
  }
  for (let r = size - 1; r >= 0; r--) {
    let sum = y[r]!;
    for (let k = r + 1; k < size; k++) sum -= lower[k * size + r]! * y[k]!;
    y[r] = sum / lower[r * size + r]!;
  }
  return y;
}
