import { fusedMatrices, type ModelArchitecture, type PrecisionConfig } from '../../core/index.ts';
import type { PlaneFormat } from '../../quant/index.ts';
import type { BenchBits } from './contender-messages.ts';

/** Two planes of 4 bits: the first alone is the 4-bit model, both are the 8-bit one. */
export const BENCH_PLANES: readonly PlaneFormat[] = [
  { bits: 4, block: 64 },
  { bits: 4, block: 64 },
];

/** Every matrix, the head among them, at `bits`. */
export function benchPrecision(architecture: ModelArchitecture, bits: BenchBits): PrecisionConfig {
  const matrices = fusedMatrices(architecture);
  return {
    id: `q${bits}`,
    averageBits: bits,
    planes: matrices.map(() => bits / 4),
    ranks: matrices.map(() => 0),
    predictedKl: null,
    msPerToken: null,
  };
}
