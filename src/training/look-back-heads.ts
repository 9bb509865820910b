import type { ModelArchitecture } from '../core/index.ts';
import { EMBEDDING, type TrainedParameter } from './initial-parameters.ts';

/** Share of the heads of the first layer that attend to the token before, and of the second that look for such tokens. */
const PREVIOUS_SHARE = 1 / 4;
const MATCHING_SHARE = 1 / 2;
/** Rotations by which a head finds the token before: the fastest, which tell neighbours apart. */
const FAST = 4;
/** Content is compared in dimensions that rotate slower than this, radians per token. */
const SLOW = 0.05;
/** Length of the direction that all embeddings share, in units of their random part. */
const SHARED = 0.5;
/** Scores: of the token before against its neighbour's, and of a match against none. */
const PREVIOUS_GAIN = 8;
const MATCH_GAIN = 3;
/** What these heads write: deviation of its entries, in units of an embedding's. */
const PREVIOUS_WRITTEN = 1;
const MATCH_WRITTEN = 4;

/**
 * Starts a model with heads that copy: a quarter of the first layer's hand on the token before, half of the second's look
 * for places whose token before is the present one, and write what stands there. Trained from noise such heads form
 * late, at this size after more tokens than a recipe for two cores has, and until then nothing is learned that has
 * to be looked up in the text. Training changes them like all others.
 *
 * With u the direction that all embeddings share: q = g·u and k = g·u turned by one position make cos((t − s − 1)θ)
 * the score of the first; its values are a random projection B of the token. The second compares B·x with what the
 * first wrote, O⁺, in the slowly rotating dimensions. Changes parameters in place; wants as many kv heads as heads
 * and a second layer.
 *
 * Source: Olsson et al., "In-context Learning and Induction Heads", 2022, for the circuit; Trockman & Kolter,
 * "Mimetic Initialization of Self-Attention Layers", ICML 2023, for starting from what training would find.
 */
export function giveLookBackHeads(
  parameters: readonly TrainedParameter[],
  architecture: ModelArchitecture,
): void {
  const { hiddenSize, heads, kvHeads, headDim, layers } = architecture;
  const previousHeads = PREVIOUS_SHARE * heads;
  const matchingHeads = MATCHING_SHARE * heads;
  if (kvHeads !== heads || !Number.isInteger(previousHeads) || layers < 2)
    throw new Error('look-back heads want two layers, a multiple of four heads and as many kv heads');
  const dataOf = (name: string) => parameters.find((parameter) => parameter.name === name)!.data;
  const first = headRows(dataOf('layers.0.qkv'), dataOf('layers.0.o'), architecture);
  const second = headRows(dataOf('layers.1.qkv'), dataOf('layers.1.o'), architecture);
  const embedding = dataOf(EMBEDDING);
  const deviation = rootMeanSquare(embedding);
  for (let at = 0; at < embedding.length; at += hiddenSize) {
    const row = embedding.subarray(at, at + hiddenSize);
    center(row);
    // The same length for every token: a longer one would draw attention from the token before.
    const scale = deviation / rootMeanSquare(row);
    for (let j = 0; j < hiddenSize; j++) row[j] = scale * row[j]! + SHARED * deviation;
  }

  const half = headDim / 2;
  const frequency = (pair: number) => architecture.rope.theta ** (-pair / half);
  // Length of the shared direction in a normalized embedding, whose length is √hidden.
  const sharedLength = Math.sqrt(hiddenSize / (1 + 1 / SHARED ** 2));
  const gain = PREVIOUS_GAIN / sharedLength / Math.sqrt(hiddenSize);
  for (let head = 0; head < previousHeads; head++) {
    for (let d = 0; d < headDim; d++) {
      first.q(head, d).fill(0);
      first.k(head, d).fill(0);
      randomProjection(first.v(head, d));
    }
    for (let pair = 0; pair < FAST; pair++) {
      first.q(head, pair).fill(gain);
      first.k(head, pair).fill(gain * Math.cos(frequency(pair)));
      first.k(head, half + pair).fill(gain * Math.sin(frequency(pair)));
    }
    // A value has length √headDim.
    first.scaleOutput(head, (PREVIOUS_WRITTEN * deviation) / Math.sqrt(headDim));
  }
  // Deviation of the stream that the second layer normalizes: embeddings, and what the first heads add to it.
  const residual = deviation * Math.sqrt(1 + SHARED ** 2 + previousHeads * PREVIOUS_WRITTEN ** 2);
  for (let head = 0; head < matchingHeads; head++) {
    const previous = head % previousHeads;
    for (let d = 0; d < headDim; d++) {
      const content = frequency(d % half) <= SLOW ? 1 : 0;
      const token = first.v(previous, d);
      const written = first.output(previous, d);
      const [q, k, v] = [second.q(head, d), second.k(head, d), second.v(head, d)];
      const scale = residual / (rootMeanSquare(written) ** 2 * hiddenSize);
      for (let j = 0; j < hiddenSize; j++) {
        q[j] = content * MATCH_GAIN * token[j]!;
        k[j] = content * scale * written[j]!;
      }
      randomProjection(v);
      second.setOutput(head, d, v, MATCH_WRITTEN * deviation);
    }
  }
}

/** Rows of q, k and v of each head, and columns of o. */
function headRows(qkv: Float32Array, o: Float32Array, { heads, headDim, hiddenSize }: ModelArchitecture) {
  const row = (part: number) => (head: number, d: number) => {
    const at = ((part * heads + head) * headDim + d) * hiddenSize;
    return qkv.subarray(at, at + hiddenSize);
  };
  const width = heads * headDim;
  const columnOf = (head: number, d: number) => head * headDim + d;
  const output = (head: number, d: number) =>
    Float32Array.from({ length: hiddenSize }, (_, j) => o[j * width + columnOf(head, d)]!);
  const setOutput = (head: number, d: number, values: Float32Array, factor: number) => {
    for (let j = 0; j < hiddenSize; j++) o[j * width + columnOf(head, d)] = factor * values[j]!;
  };
  const scaleOutput = (head: number, deviation: number) => {
    for (let d = 0; d < headDim; d++) {
      const column = output(head, d);
      setOutput(head, d, column, deviation / rootMeanSquare(column));
    }
  };
  return { q: row(0), k: row(1), v: row(2), output, setOutput, scaleOutput };
}

/** Scales a random row to length 1 and takes the shared direction out of it. */
function randomProjection(row: Float32Array): void {
  center(row);
  const scale = 1 / (rootMeanSquare(row) * Math.sqrt(row.length));
  for (let i = 0; i < row.length; i++) row[i]! *= scale;
}

/** Takes the shared direction out of a row. */
function center(row: Float32Array): void {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  for (let i = 0; i < row.length; i++) row[i]! -= mean;
}

function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}
