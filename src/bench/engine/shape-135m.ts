import type { ModelArchitecture } from '../../core/index.ts';

/** A 135M-parameter Llama: the shape the project quotes its speed at. */
export const SHAPE_135M: ModelArchitecture = {
  family: 'llama',
  hiddenSize: 576,
  intermediateSize: 1536,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  vocabSize: 49152,
  contextLength: 2048,
  rmsNormEps: 1e-5,
  rope: { theta: 10000, scaling: null },
  qkvBias: false,
  qkNorm: false,
  tiedEmbedding: true,
};
