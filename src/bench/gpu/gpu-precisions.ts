import { fusedMatrices, type ModelArchitecture, type PrecisionConfig } from '../../core/index.ts';
import { benchPrecision } from '../engine/bench-precision.ts';

/** Everything at 4 bits, every other matrix at 8, everything at 8. */
export function gpuPrecisions(architecture: ModelArchitecture): readonly PrecisionConfig[] {
  return [benchPrecision(architecture, 4), mixed(architecture), benchPrecision(architecture, 8)];
}

function mixed(architecture: ModelArchitecture): PrecisionConfig {
  const matrices = fusedMatrices(architecture);
  const planes = matrices.map((_, i) => 1 + (i % 2));
  const weights = matrices.reduce((sum, { n, k }) => sum + n * k, 0);
  const bits = matrices.reduce((sum, { n, k }, i) => sum + 4 * (planes[i] ?? 1) * n * k, 0);
  return { ...benchPrecision(architecture, 4), id: 'mixed', averageBits: bits / weights, planes };
}
