import { symmetricEigenvectors } from './symmetric-eigenvectors.ts';

/**
 * A low-rank approximation of a matrix E `[n, k]` that is only ever seen in row chunks: block power iteration on
 * EᵀE, one iteration per pass over the rows. E ≈ Σ bᵀaᵀ with the directions of most energy first, so that every
 * prefix of the ranks is the best of its length that this subspace holds.
 *
 * Protocol: any number of passes, each `accumulate` over all row chunks then `endPass`; then one pass of
 * `project` over all row chunks; then `factors`.
 */
export class ResidualCascade {
  readonly #n: number;
  readonly #k: number;
  readonly #rank: number;
  /** f64 `[k, rank]`, orthonormal columns. */
  #basis: Float64Array;
  /** f64 `[k, rank]`: EᵀE·basis so far in this pass. */
  #image: Float64Array;
  /** f32 `[n, rank]`: E·basis, filled by `project`. */
  readonly #projection: Float32Array;

  /** @param rank at most min(n, k) */
  constructor(n: number, k: number, rank: number) {
    this.#n = n;
    this.#k = k;
    this.#rank = rank;
    this.#basis = randomMatrix(k * rank);
    this.#image = new Float64Array(k * rank);
    this.#projection = new Float32Array(n * rank);
    orthonormalize(this.#basis, k, rank);
  }

  /** @param rows f32 `[m, k]`, a chunk of E */
  accumulate(rows: Float32Array): void {
    const [k, rank] = [this.#k, this.#rank];
    const image = this.#image;
    const projected = new Float64Array(rank);
    for (let start = 0; start < rows.length; start += k) {
      projectRow(rows, start, k, this.#basis, projected);
      for (let j = 0; j < k; j++) {
        const weight = rows[start + j]!;
        const at = j * rank;
        for (let r = 0; r < rank; r++) image[at + r]! += weight * projected[r]!;
      }
    }
  }

  endPass(): void {
    [this.#basis, this.#image] = [this.#image, this.#basis];
    this.#image.fill(0);
    orthonormalize(this.#basis, this.#k, this.#rank);
  }

  /** @param firstRow row of E at which the chunk starts */
  project(rows: Float32Array, firstRow: number): void {
    const [k, rank] = [this.#k, this.#rank];
    const projected = new Float64Array(rank);
    for (let i = 0; i * k < rows.length; i++) {
      projectRow(rows, i * k, k, this.#basis, projected);
      this.#projection.set(projected, (firstRow + i) * rank);
    }
  }

  /**
   * a f32 `[k, rank]` with orthonormal columns and b f32 `[rank, n]`: (x·a)·b ≈ E·x, ranks in order of falling
   * energy.
   */
  factors(): { a: Float32Array; b: Float32Array } {
    const [n, k, rank] = [this.#n, this.#k, this.#rank];
    const turn = principalTurn(this.#projection, n, rank);
    const a = new Float32Array(k * rank);
    const b = new Float32Array(rank * n);
    for (let j = 0; j < k; j++) {
      for (let r = 0; r < rank; r++) a[j * rank + r] = turned(this.#basis, j * rank, turn, r, rank);
    }
    for (let i = 0; i < n; i++) {
      for (let r = 0; r < rank; r++) b[r * n + i] = turned(this.#projection, i * rank, turn, r, rank);
    }
    return { a, b };
  }
}

type Matrix = Float32Array | Float64Array;

function projectRow(
  rows: Float32Array,
  start: number,
  k: number,
  basis: Float64Array,
  out: Float64Array,
): void {
  const rank = out.length;
  out.fill(0);
  for (let j = 0; j < k; j++) {
    const weight = rows[start + j]!;
    const at = j * rank;
    for (let r = 0; r < rank; r++) out[r]! += weight * basis[at + r]!;
  }
}

/** Column `column` of (row at `at` of `matrix`)·turn. */
function turned(matrix: Matrix, at: number, turn: Float64Array, column: number, rank: number): number {
  let sum = 0;
  for (let s = 0; s < rank; s++) sum += matrix[at + s]! * turn[s * rank + column]!;
  return sum;
}

/** Gram–Schmidt on the columns of m `[k, rank]`, twice for accuracy; a column without a direction of its own becomes 0. */
function orthonormalize(m: Float64Array, k: number, rank: number): void {
  for (let r = 0; r < rank; r++) {
    const before = columnProduct(m, k, rank, r, r);
    for (let pass = 0; pass < 2; pass++) {
      for (let s = 0; s < r; s++) {
        const overlap = columnProduct(m, k, rank, r, s);
        for (let j = 0; j < k; j++) m[j * rank + r]! -= overlap * m[j * rank + s]!;
      }
    }
    const after = columnProduct(m, k, rank, r, r);
    const scale = after > before * 1e-24 ? 1 / Math.sqrt(after) : 0;
    for (let j = 0; j < k; j++) m[j * rank + r]! *= scale;
  }
}

function columnProduct(m: Matrix, rows: number, rank: number, r: number, s: number): number {
  let sum = 0;
  for (let j = 0; j < rows; j++) sum += m[j * rank + r]! * m[j * rank + s]!;
  return sum;
}

/** Eigenvectors of pᵀp `[rank, rank]` as columns, by falling eigenvalue; p `[n, rank]`. */
function principalTurn(p: Matrix, n: number, rank: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  for (let r = 0; r < rank; r++) {
    for (let s = 0; s <= r; s++) {
      gram[r * rank + s] = columnProduct(p, n, rank, r, s);
      gram[s * rank + r] = gram[r * rank + s]!;
    }
  }
  const vectors = symmetricEigenvectors(gram, rank);
  const order = Array.from({ length: rank }, (_, r) => r);
  order.sort((r, s) => gram[s * rank + s]! - gram[r * rank + r]!);
  const sorted = new Float64Array(rank * rank);
  order.forEach((from, to) => {
    for (let s = 0; s < rank; s++) sorted[s * rank + to] = vectors[s * rank + from]!;
  });
  return sorted;
}

/** Fixed pseudo-random numbers in [−1, 1): the same checkpoint gives the same artefact. */
function randomMatrix(length: number): Float64Array {
  let state = 0x2545f491;
  return Float64Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 0x80000000;
  });
}
