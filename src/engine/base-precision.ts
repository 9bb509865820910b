import { fusedMatrices, type ModelArchitecture, type PrecisionConfig } from '../core/index.ts';

/** Only the base plane everywhere: a config that every artefact can run. */
export function basePrecision(architecture: ModelArchitecture): PrecisionConfig {
  const matrices = fusedMatrices(architecture);
  return {
    id: 'base',
    averageBits: 0,
    planes: matrices.map(() => 1),
    ranks: matrices.map(() => 0),
    predictedKl: null,
    msPerToken: null,
  };
}
