import type { ModelArchitecture } from '../../src/core/index.ts';

/** A Llama of two layers that training can train; `overrides` have the last word. */
export function tinyLlama(overrides: Partial<ModelArchitecture> = {}): ModelArchitecture {
  return {
    family: 'llama',
    hiddenSize: 32,
    intermediateSize: 64,
    layers: 2,
    heads: 4,
    kvHeads: 4,
    headDim: 8,
    vocabSize: 40,
    contextLength: 32,
    rmsNormEps: 1e-5,
    rope: { theta: 10_000, scaling: null },
    qkvBias: false,
    qkNorm: false,
    tiedEmbedding: true,
    ...overrides,
  };
}
