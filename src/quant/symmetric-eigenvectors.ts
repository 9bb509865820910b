const JACOBI_SWEEPS = 30;

/**
 * m = V·diag(λ)·Vᵀ by cyclic Jacobi rotations.
 *
 * @param m f64 `[size, size]`, symmetric; changed: its diagonal holds the eigenvalues λ afterwards
 * @returns V, f64 `[size, size]`: eigenvectors as columns, in the order of m's diagonal
 */
export function symmetricEigenvectors(m: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size);
  let trace = 0;
  for (let i = 0; i < size; i++) {
    vectors[i * size + i] = 1;
    trace += Math.abs(m[i * size + i]!);
  }
  for (let sweep = 0; sweep < JACOBI_SWEEPS; sweep++) {
    let offDiagonal = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        offDiagonal += Math.abs(m[p * size + q]!);
        rotate(m, vectors, size, p, q);
      }
    }
    if (offDiagonal <= 1e-14 * trace) break;
  }
  return vectors;
}

/** One rotation that brings m[p, q] to 0. */
function rotate(m: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = m[p * size + q]!;
  if (off === 0) return;
  const theta = (m[q * size + q]! - m[p * size + p]!) / (2 * off);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const turnPair = (target: Float64Array, at: number, to: number): void => {
    const [x, y] = [target[at]!, target[to]!];
    target[at] = c * x - s * y;
    target[to] = s * x + c * y;
  };
  for (let i = 0; i < size; i++) turnPair(m, i * size + p, i * size + q);
  for (let i = 0; i < size; i++) turnPair(m, p * size + i, q * size + i);
  for (let i = 0; i < size; i++) turnPair(vectors, i * size + p, i * size + q);
}
