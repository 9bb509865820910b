import { uniformAt } from '../numerics/index.ts';

/**
 * Uniform in ±√(6/(rows + columns)), f32 [rows, columns], newly allocated; the same for the same seed.
 * Source: Glorot & Bengio, 2010.
 */
export function xavierUniform(rows: number, columns: number, seed: number): Float32Array {
  const reach = Math.sqrt(6 / (rows + columns));
  return Float32Array.from({ length: rows * columns }, (_, i) => reach * (2 * uniformAt(seed, i) - 1));
}
