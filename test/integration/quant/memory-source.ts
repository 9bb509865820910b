import {
  fusedMatrices,
  type ModelArchitecture,
  modelVectors,
  type WeightSource,
} from '../../../src/core/index.ts';
import { seededNormal } from '../../support/seeded-random.ts';

export interface MemorySource extends WeightSource {
  readonly matrices: ReadonlyMap<string, { readonly k: number; readonly values: Float32Array }>;
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** Most rows × k asked for in one read. */
  largestRead(): number;
}

export interface MemorySourceOptions {
  readonly tied?: boolean;
  readonly vocabSize?: number;
  /** Called before each read of rows, e.g. to make one fail. */
  readonly onRead?: (name: string) => void;
}

/** A random model in memory: 2 layers of odd sizes, so that no row is a whole number of blocks. */
export function memorySource({
  tied = true,
  vocabSize = 77,
  onRead,
}: MemorySourceOptions = {}): MemorySource {
  const architecture: ModelArchitecture = {
    family: 'qwen2',
    hiddenSize: 40,
    intermediateSize: 72,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 10,
    vocabSize,
    contextLength: 64,
    rmsNormEps: 1e-5,
    rope: { theta: 10_000, scaling: null },
    qkvBias: true,
    qkNorm: false,
    tiedEmbedding: tied,
  };
  const random = seededNormal(17);
  const fill = (count: number): Float32Array => Float32Array.from({ length: count }, () => random());
  const matrices = new Map(
    fusedMatrices(architecture).map(({ name, n, k }) => [name, { k, values: fill(n * k) }]),
  );
  const head = matrices.get('head')!;
  matrices.set('embedding', tied ? head : { k: head.k, values: fill(head.values.length) });
  const vectors = new Map(modelVectors(architecture).map(({ name, length }) => [name, fill(length)]));
  let largest = 0;
  return {
    architecture,
    matrices,
    vectors,
    largestRead: () => largest,
    async readMatrixRows(name, from, to) {
      onRead?.(name);
      const { k, values } = matrices.get(name)!;
      largest = Math.max(largest, (to - from) * k);
      return values.slice(from * k, to * k);
    },
    async readVector(name) {
      return vectors.get(name)!.slice();
    },
    async close() {},
  };
}
