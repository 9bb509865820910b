import { QueptError } from '../../core/index.ts';
import type { FloatType } from '../graph/elastic-graph.ts';
import type { GraphWeights, MatrixData } from '../graph/graph-weights.ts';

/** What a model takes of device memory, bytes. */
export interface DeviceMemoryPlan {
  /** Planes, scales, zero points, cascade, norms and rotary tables. */
  readonly weightBytes: number;
  /** Keys and values of all slots, to their ends. */
  readonly cacheBytes: number;
  /** Activations and logits of a step; estimated. */
  readonly workingBytes: number;
  readonly totalBytes: number;
}

export interface DeviceSizes {
  readonly floatType: FloatType;
  readonly rows: number;
  readonly capacity: number;
  readonly slots: number;
  readonly contextLength: number;
}

const FLOAT_BYTES = { f32: 4, f16: 2 } as const;
const STORED_FLOAT_BYTES = 4;
/** Tokens of a long prefill chunk. */
const WORKING_TOKENS = 256;
/** Intermediate results are kept in buffers of rounded sizes and used again, not all at once. */
const WORKING_COPIES = 2;
/** Compiled kernels, command buffers, staging. */
const FIXED_WORKING_BYTES = 64 * 2 ** 20;
const MIB = 2 ** 20;

/** Sums up what a model and its cache take. */
export function deviceMemoryPlan(weights: GraphWeights, sizes: DeviceSizes): DeviceMemoryPlan {
  const { architecture: a, matrices, vectors } = weights;
  const { floatType, rows, capacity } = sizes;
  const float = FLOAT_BYTES[floatType];
  const floats = (stored: number): number => (stored / STORED_FLOAT_BYTES) * float;
  const ofMatrices = matrices.reduce((sum, matrix) => sum + matrixBytes(matrix, floats), 0);
  const ofVectors = [...vectors.values()].reduce((sum, { data }) => sum + floats(data.bytes), 0);
  const weightBytes = ofMatrices + ofVectors + capacity * a.headDim * float;
  const cacheBytes = 2 * a.layers * rows * a.kvHeads * capacity * a.headDim * float;
  const perToken = 6 * a.hiddenSize + 6 * a.intermediateSize + 2 * (a.heads + 2 * a.kvHeads) * a.headDim;
  const activations = WORKING_COPIES * WORKING_TOKENS * perToken * float;
  const logits = WORKING_COPIES * rows * a.vocabSize * STORED_FLOAT_BYTES;
  const workingBytes = activations + logits + FIXED_WORKING_BYTES;
  return { weightBytes, cacheBytes, workingBytes, totalBytes: weightBytes + cacheBytes + workingBytes };
}

/**
 * Throws QueptError `invalid_config` with the sum when a plan exceeds `budgetBytes`.
 *
 * @param adapter name of the device
 */
export function requireDeviceMemory(
  plan: DeviceMemoryPlan,
  { slots, contextLength }: Pick<DeviceSizes, 'slots' | 'contextLength'>,
  budgetBytes: number,
  adapter: string,
): void {
  if (plan.totalBytes <= budgetBytes) return;
  throw new QueptError(
    'invalid_config',
    `The model does not fit the memory of ${adapter}: weights ${mib(plan.weightBytes)} + keys and values of ${slots} ` +
      `slots of ${contextLength} tokens ${mib(plan.cacheBytes)} + work ${mib(plan.workingBytes)} = ` +
      `${mib(plan.totalBytes)} MiB, of ${Math.floor(budgetBytes / MIB)} MiB. Lower slots or contextLength, serve a ` +
      'smaller model, or set deviceMemoryMb if the device has more; device cpu needs none of it.',
  );
}

function matrixBytes(matrix: MatrixData, floats: (stored: number) => number): number {
  if (matrix.kind === 'dense') return floats(matrix.weights.bytes);
  const ofPlanes = matrix.planes.reduce(
    (sum, { codes, scales, zeroPoints }) =>
      sum + codes.bytes + floats(scales.bytes) + (zeroPoints?.bytes ?? 0),
    0,
  );
  return matrix.cascade.reduce((sum, { a, b }) => sum + floats(a.bytes + b.bytes), ofPlanes);
}

function mib(bytes: number): string {
  return String(Math.ceil(bytes / MIB));
}
