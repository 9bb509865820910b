import { fusedMatrices, type ModelArchitecture, modelVectors } from '../core/index.ts';
import { uniformAt } from '../numerics/index.ts';

/** Matrices decay, vectors do not. */
export type TrainedKind = 'matrix' | 'vector';

/** Something that training changes. */
export interface TrainedParameter {
  readonly name: string;
  readonly kind: TrainedKind;
  readonly shape: readonly number[];
  /** Row-major f32; training changes it in place. */
  readonly data: Float32Array;
}

/** Name of the embedding, which is the head too. */
export const EMBEDDING = 'embedding';

const DEVIATION = 0.02;

/**
 * What training changes of a model, in canonical order: vectors, matrices, and last the embedding, which stands for
 * the head too. Throws Error for an architecture whose head is not the embedding, or with biases: nothing here
 * trains those.
 */
export function trainedShapes(architecture: ModelArchitecture): Omit<TrainedParameter, 'data'>[] {
  const { tiedEmbedding, qkvBias, qkNorm, vocabSize, hiddenSize } = architecture;
  if (!tiedEmbedding || qkvBias || qkNorm) throw new Error('training wants a Llama with a tied embedding');
  const vectors = modelVectors(architecture).map(({ name, length }) => {
    return { name, kind: 'vector', shape: [length] } as const;
  });
  const matrices = fusedMatrices(architecture)
    .slice(0, -1)
    .map(({ name, n, k }) => ({ name, kind: 'matrix', shape: [n, k] }) as const);
  return [...vectors, ...matrices, { name: EMBEDDING, kind: 'matrix', shape: [vocabSize, hiddenSize] }];
}

/**
 * Parameters of an untrained model, in the order of `trainedShapes`: matrices N(0, 0.02²), those that write into the
 * residual stream (o, down) narrower by √(2·layers), norms one. Throws as that does.
 *
 * Source: initial scales of GPT-2 (Radford et al., 2019).
 */
export function initialParameters(architecture: ModelArchitecture, seed: number): TrainedParameter[] {
  let drawn = seed;
  return trainedShapes(architecture).map((parameter) => {
    const { name, kind, shape } = parameter;
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (kind === 'vector') return { ...parameter, data: new Float32Array(size).fill(1) };
    const residual = name.endsWith('.o') || name.endsWith('.down');
    const deviation = residual ? DEVIATION / Math.sqrt(2 * architecture.layers) : DEVIATION;
    return { ...parameter, data: gaussian(size, deviation, name === EMBEDDING ? seed : ++drawn) };
  });
}

/** N(0, deviation²) by Box and Muller, from a counter: any value depends on seed and place alone. */
function gaussian(count: number, deviation: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniformAt(seed, i)));
    const angle = 2 * Math.PI * uniformAt(seed, i + 1);
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
