import {
  type FusedMatrix,
  fusedMatrices,
  type ModelArchitecture,
  modelVectors,
  type WeightSource,
} from '../core/index.ts';
import { blockVector } from './block-graph.ts';
import type { Stage } from './stage.ts';

/** Full-precision weights of one stage, in memory. */
export interface StageWeights {
  /** f32 [n, k] each, in the stage's matrix order. */
  readonly matrices: readonly Float32Array[];
  /** By graph input name. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/** Fused matrices of one block. */
export const MATRICES_PER_BLOCK = 4;

/** Stages in order: one per layer, then the head. */
export function modelStages(architecture: ModelArchitecture): Stage[] {
  const all = fusedMatrices(architecture);
  const blocks = Array.from({ length: architecture.layers }, (_, layer) => ({
    kind: 'block' as const,
    architecture,
    matrices: all.slice(layer * MATRICES_PER_BLOCK, (layer + 1) * MATRICES_PER_BLOCK).map(withinStage),
  }));
  return [...blocks, { kind: 'head', architecture, matrices: all.slice(-1) }];
}

/** All blocks have the same shapes, so their graphs use the same names: `layers.3.qkv` is `qkv`. */
function withinStage(matrix: FusedMatrix): FusedMatrix {
  return { ...matrix, name: matrix.name.replace(/^layers\.\d+\./, '') };
}

/** Name in the model of matrix `m` of stage `index`. */
export function modelMatrixName(stage: Stage, index: number, m: number): string {
  const { name } = stage.matrices[m]!;
  return stage.kind === 'head' ? name : `layers.${index}.${name}`;
}

/** Name in the model of the vector that is input `input` of the graphs of stage `index`. */
export function modelVectorName(stage: Stage, index: number, input: string): string {
  const name = input.slice(blockVector('').length);
  return stage.kind === 'head' ? name : `layers.${index}.${name}`;
}

export async function readStageWeights(
  source: WeightSource,
  stage: Stage,
  index: number,
): Promise<StageWeights> {
  const matrices: Float32Array[] = [];
  for (const [m, { n }] of stage.matrices.entries()) {
    matrices.push(await source.readMatrixRows(modelMatrixName(stage, index, m), 0, n));
  }
  const vectors = new Map<string, Float32Array>();
  const prefix = stage.kind === 'head' ? 'final_norm' : `layers.${index}.`;
  for (const { name } of modelVectors(source.architecture)) {
    if (!name.startsWith(prefix)) continue;
    vectors.set(blockVector(name.replace(/^layers\.\d+\./, '')), await source.readVector(name));
  }
  return { matrices, vectors };
}
