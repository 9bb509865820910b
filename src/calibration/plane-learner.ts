import { cpuSessionOptions } from '../engine/index.ts';
import type { StageGround } from './calibrate-model.ts';
import type { ElasticScheme } from './elastic-matrix.ts';
import type { Stage } from './stage.ts';
import { type LearningOptions, StageCalibrator } from './stage-calibrator.ts';
import { MATRICES_PER_BLOCK } from './stage-weights.ts';

export interface PlaneLearnerOptions extends Omit<LearningOptions, 'sessionOptions'> {
  readonly scheme: ElasticScheme;
  /** Per fused matrix in canonical order, per plane. */
  readonly zeroPoints: readonly (readonly boolean[])[];
  readonly threads: number;
}

/** The learner of one stage whose quantizer is the plane cascade. */
export function createPlaneLearner(
  { stage, index, weights, shared, clock }: StageGround,
  options: PlaneLearnerOptions,
): StageCalibrator {
  const first = index * MATRICES_PER_BLOCK;
  const zeroPoints = options.zeroPoints.slice(first, first + stage.matrices.length);
  const learning = {
    ...options,
    seed: options.seed + 100_003 * index,
    sessionOptions: cpuSessionOptions('.', options.threads),
  };
  return new StageCalibrator(
    stage,
    weights,
    stageScheme(stage, options.scheme),
    zeroPoints,
    shared,
    learning,
    clock,
  );
}

/**
 * All planes of a tied head together are the embedding, which must stay what it was: there the highest depth
 * sees no fused cascade.
 */
function stageScheme({ kind, architecture }: Stage, scheme: ElasticScheme): ElasticScheme {
  if (kind === 'block' || !architecture.tiedEmbedding) return scheme;
  const last = scheme.fusedRanks.length - 1;
  return { ...scheme, fusedRanks: scheme.fusedRanks.map((rank, depth) => (depth === last ? 0 : rank)) };
}
