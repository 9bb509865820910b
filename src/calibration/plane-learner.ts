import { cpuSessionOptions } from '../engine/index.ts';
import type { StageGround } from './calibrate-model.ts';
import type { ElasticScheme } from './elastic-matrix.ts';
import { SlicedHead } from './sliced-head.ts';
import type { Stage } from './stage.ts';
import { type CalibratedStage, type LearningOptions, StageCalibrator } from './stage-calibrator.ts';
import type { StageLearner } from './stage-learner.ts';
import { MATRICES_PER_BLOCK, modelStages } from './stage-weights.ts';

export interface PlaneLearnerOptions extends Omit<LearningOptions, 'sessionOptions'> {
  readonly scheme: ElasticScheme;
  /** Per fused matrix in canonical order, per plane. */
  readonly zeroPoints: readonly (readonly boolean[])[];
  readonly threads: number;
  /** Weights of the head that are calibrated at a time; by default as many as a block has. */
  readonly mostHeadWeights?: number;
}

/**
 * What is calibrated at a time at most, in weights, where blocks are smaller: some 0.3 kB of memory each while
 * gradients are computed.
 */
const LEAST_STAGE_WEIGHTS = 4_000_000;

/** The learner of one stage whose quantizer is the plane cascade. */
export function createPlaneLearner(
  ground: StageGround,
  options: PlaneLearnerOptions,
): StageLearner<CalibratedStage> {
  const { stage, index, weights, shared, clock } = ground;
  const first = index * MATRICES_PER_BLOCK;
  const zeroPoints = options.zeroPoints.slice(first, first + stage.matrices.length);
  const scheme = stageScheme(stage, options.scheme);
  const learning = {
    ...options,
    seed: options.seed + 100_003 * index,
    sessionOptions: cpuSessionOptions('.', options.threads),
  };
  const most = options.mostHeadWeights ?? Math.max(LEAST_STAGE_WEIGHTS, blockWeights(stage));
  if (stage.kind === 'head' && stageSize(stage) > most)
    return new SlicedHead(ground, scheme, zeroPoints, most, learning);
  return new StageCalibrator(stage, weights, scheme, zeroPoints, shared, learning, clock);
}

function stageSize({ matrices }: Stage): number {
  return matrices.reduce((sum, { n, k }) => sum + n * k, 0);
}

function blockWeights({ architecture }: Stage): number {
  return stageSize(modelStages(architecture)[0]!);
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
