import type { ModelArchitecture } from '../../core/index.ts';
import { SHAPE_135M } from '../engine/shape-135m.ts';

/** Decides nothing of speed: it shows on any device that the benchmark works. */
const TINY: ModelArchitecture = {
  ...SHAPE_135M,
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 32,
  vocabSize: 512,
};

/** That of a Llama 3.2 of 1.24 billion parameters. */
const SHAPE_1B: ModelArchitecture = {
  ...SHAPE_135M,
  hiddenSize: 2048,
  intermediateSize: 8192,
  layers: 16,
  heads: 32,
  kvHeads: 8,
  vocabSize: 128_256,
  rope: { theta: 500_000, scaling: null },
};

/** Models of random weights, by name. */
export const GPU_SHAPES: Readonly<Record<string, ModelArchitecture>> = {
  tiny: TINY,
  '135m': SHAPE_135M,
  '1b': SHAPE_1B,
};
