import { fusedMatrices, type ModelArchitecture, modelVectors } from '../core/index.ts';
import { type PlaneBits, type PlaneFormat, planeRow } from './plane-format.ts';

/** How all fused matrices of an artefact are coded. */
export interface Quantization {
  /** Bits of each plane, base first. */
  readonly planes: readonly PlaneBits[];
  readonly block: number;
  /** Live cascade ranks, ascending; rank r is the prefix of all segments up to r. Empty without a cascade. */
  readonly cascadeRanks: readonly number[];
}

/** Everything that fixes which tensors an artefact's weights file holds, and their shapes. */
export interface ArtefactLayout {
  readonly architecture: ModelArchitecture;
  readonly quantization: Quantization;
  /** Per fused matrix and plane: whether it has zero points. */
  readonly zeroPoints: readonly (readonly boolean[])[];
}

export interface TensorSpec {
  readonly name: string;
  readonly dtype: 'F32' | 'U8';
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** The coding of `embedding.plane0`, kept only where the embedding is not the head. */
export const EMBEDDING_FORMAT: PlaneFormat = { bits: 8, block: 32 };

export function planeName(matrix: string, plane: number): string {
  return `${matrix}.plane${plane}`;
}

export function cascadeName(matrix: string, segment: number): string {
  return `${matrix}.cascade${segment}`;
}

/** Ranks of the cascade's segments: prefixes [8, 16] make segments of 8 and 8. */
export function segmentRanks(cascadeRanks: readonly number[]): number[] {
  return cascadeRanks.map((rank, j) => rank - (j === 0 ? 0 : cascadeRanks[j - 1]!));
}

/**
 * All tensors of the weights file in file order: the f32 ones first, so that each stays aligned to 4 bytes,
 * then the codes, then the zero points.
 */
export function artefactTensors({ architecture, quantization, zeroPoints }: ArtefactLayout): TensorSpec[] {
  const floats: TensorSpec[] = modelVectors(architecture).map(({ name, length }) => f32(name, [length]));
  const codes: TensorSpec[] = [];
  const zeros: TensorSpec[] = [];
  const addPlane = (name: string, n: number, k: number, format: PlaneFormat, zeroPoint: boolean): void => {
    const { blocks, zeroPointBytes } = planeRow(k, format);
    codes.push(u8(`${name}.codes`, [n, blocks, (format.block * format.bits) / 8]));
    floats.push(f32(`${name}.scales`, [n * blocks]));
    if (zeroPoint) zeros.push(u8(`${name}.zero_points`, [n, zeroPointBytes]));
  };
  if (!architecture.tiedEmbedding) {
    addPlane(
      planeName('embedding', 0),
      architecture.vocabSize,
      architecture.hiddenSize,
      EMBEDDING_FORMAT,
      false,
    );
  }
  const { planes, block, cascadeRanks } = quantization;
  fusedMatrices(architecture).forEach(({ name, n, k }, m) => {
    planes.forEach((bits, i) => {
      addPlane(planeName(name, i), n, k, { bits, block }, zeroPoints[m]![i]!);
    });
    segmentRanks(cascadeRanks).forEach((rank, j) => {
      floats.push(f32(`${cascadeName(name, j)}.a`, [k, rank]), f32(`${cascadeName(name, j)}.b`, [rank, n]));
    });
  });
  return [...floats, ...codes, ...zeros];
}

function f32(name: string, shape: readonly number[]): TensorSpec {
  return { name, dtype: 'F32', shape, bytes: 4 * product(shape) };
}

function u8(name: string, shape: readonly number[]): TensorSpec {
  return { name, dtype: 'U8', shape, bytes: product(shape) };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
