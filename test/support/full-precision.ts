import type { PrecisionConfig } from '../../src/core/index.ts';

/** The config of a runner over dense weights, which has no gates to set. */
export const FULL_PRECISION: PrecisionConfig = {
  id: 'float',
  averageBits: 32,
  planes: [],
  ranks: [],
  predictedKl: null,
  msPerToken: null,
};
