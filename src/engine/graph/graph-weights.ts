import type { ModelArchitecture } from '../../core/index.ts';
import type { ExternalData } from '../../onnx/index.ts';

/** One plane of a matrix: layouts of MatMulNBits. */
export interface PlaneData {
  readonly bits: number;
  readonly block: number;
  readonly codes: ExternalData;
  readonly scales: ExternalData;
  readonly zeroPoints: ExternalData | null;
}

/** One segment of the live cascade: a f32 [k, rank], b f32 [rank, n]. */
export interface CascadeData {
  readonly rank: number;
  readonly a: ExternalData;
  readonly b: ExternalData;
}

/** A fused matrix W [n, k] as the graph sees it. */
export type MatrixData =
  | {
      readonly kind: 'elastic';
      readonly name: string;
      readonly n: number;
      readonly k: number;
      readonly planes: readonly PlaneData[];
      readonly cascade: readonly CascadeData[];
    }
  | {
      readonly kind: 'dense';
      readonly name: string;
      readonly n: number;
      readonly k: number;
      /** f32 [n, k]. */
      readonly weights: ExternalData;
    };

/** Everything the graph's initializers point at. `location`s are relative to `folder`. */
export interface GraphWeights {
  readonly architecture: ModelArchitecture;
  readonly folder: string;
  /** In the order of `fusedMatrices`. */
  readonly matrices: readonly MatrixData[];
  /** By canonical name, f32. */
  readonly vectors: ReadonlyMap<string, { readonly length: number; readonly data: ExternalData }>;
}

/** Gates of a matrix: one per plane above the base, then one per cascade segment. */
export function gateCount(matrix: MatrixData): number {
  return matrix.kind === 'dense' ? 0 : matrix.planes.length - 1 + matrix.cascade.length;
}
