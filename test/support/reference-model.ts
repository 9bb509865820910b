import type { ModelArchitecture, RopeConfig, WeightSource } from '../../src/core/index.ts';

/** Replaces a matrix, e.g. by a dequantized one: f64 row-major `[n, k]`, or null to take the stored one. */
export type MatrixOverride = (name: string) => Float64Array | null;

interface Weights {
  matrix(name: string, rows: number): Promise<Float64Array>;
  vector(name: string): Promise<Float64Array>;
}

/**
 * The forward pass in plain float64, one position after the other: the oracle that graphs are checked against.
 * It shares no code with the engine. Returns the logits `[vocabSize]` of every position.
 *
 * Tied weights have one name per use: `embedding` is looked up, `head` multiplied, so an override of one
 * leaves the other alone.
 */
export async function referenceLogits(
  source: WeightSource,
  tokens: readonly number[],
  override: MatrixOverride = () => null,
): Promise<Float64Array[]> {
  const { architecture } = source;
  const weights: Weights = {
    matrix: async (name, rows) =>
      override(name) ?? Float64Array.from(await source.readMatrixRows(name, 0, rows)),
    vector: async (name) => Float64Array.from(await source.readVector(name)),
  };
  const { hiddenSize, vocabSize, layers, rmsNormEps } = architecture;
  const embedding = await weights.matrix('embedding', vocabSize);
  const stream = tokens.map((token) => {
    if (!(token >= 0 && token < vocabSize)) throw new RangeError(`token ${token}`);
    return embedding.slice(token * hiddenSize, (token + 1) * hiddenSize);
  });
  for (let layer = 0; layer < layers; layer++) {
    await attention(architecture, weights, `layers.${layer}`, stream);
    await feedForward(architecture, weights, `layers.${layer}`, stream);
  }
  const norm = await weights.vector('final_norm');
  const head = await weights.matrix('head', vocabSize);
  return stream.map((x) => multiply(head, rmsNorm(x, norm, rmsNormEps)));
}

/** Greedy continuation by recomputing the whole sequence for every token. */
export async function referenceGreedy(
  source: WeightSource,
  prompt: readonly number[],
  count: number,
  override?: MatrixOverride,
): Promise<number[]> {
  const tokens = [...prompt];
  for (let i = 0; i < count; i++) {
    const logits = (await referenceLogits(source, tokens, override)).at(-1) as Float64Array;
    tokens.push(logits.indexOf(logits.reduce((best, value) => Math.max(best, value), -Infinity)));
  }
  return tokens.slice(prompt.length);
}

/** x += W_o · softmax(q kᵀ / √d, causal) v, heads of q sharing those of k and v. */
async function attention(
  architecture: ModelArchitecture,
  weights: Weights,
  layer: string,
  stream: Float64Array[],
): Promise<void> {
  const { heads, kvHeads, headDim, hiddenSize, rmsNormEps, rope, qkvBias, qkNorm } = architecture;
  const norm = await weights.vector(`${layer}.attention_norm`);
  const qkv = await weights.matrix(`${layer}.qkv`, (heads + 2 * kvHeads) * headDim);
  const bias = qkvBias ? await weights.vector(`${layer}.qkv_bias`) : null;
  const qNorm = qkNorm ? await weights.vector(`${layer}.q_norm`) : null;
  const kNorm = qkNorm ? await weights.vector(`${layer}.k_norm`) : null;
  const output = await weights.matrix(`${layer}.o`, hiddenSize);

  // Per position: heads of q, then of k, then of v, each [headDim].
  const projected = stream.map((x, position) => {
    const y = multiply(qkv, rmsNorm(x, norm, rmsNormEps));
    if (bias)
      y.forEach((value, i) => {
        y[i] = value + bias[i]!;
      });
    return Array.from({ length: heads + 2 * kvHeads }, (_, head) => {
      const part = y.slice(head * headDim, (head + 1) * headDim);
      if (head >= heads + kvHeads) return part;
      const headNorm = head < heads ? qNorm : kNorm;
      return rotate(headNorm ? rmsNorm(part, headNorm, rmsNormEps) : part, position, rope);
    });
  });
  stream.forEach((x, position) => {
    const mixed = new Float64Array(heads * headDim);
    for (let head = 0; head < heads; head++) {
      const group = Math.floor(head / (heads / kvHeads));
      const q = projected[position]![head]!;
      const past = projected.slice(0, position + 1);
      const weightsOfPast = softmax(past.map((at) => dot(q, at[heads + group]!) / Math.sqrt(headDim)));
      past.forEach((at, i) => {
        const v = at[heads + kvHeads + group]!;
        for (let d = 0; d < headDim; d++) mixed[head * headDim + d]! += weightsOfPast[i]! * v[d]!;
      });
    }
    add(x, multiply(output, mixed));
  });
}

/** x += W_down · (silu(W_gate · n) ⊙ W_up · n), n = norm(x). */
async function feedForward(
  architecture: ModelArchitecture,
  weights: Weights,
  layer: string,
  stream: Float64Array[],
): Promise<void> {
  const { intermediateSize, hiddenSize, rmsNormEps } = architecture;
  const norm = await weights.vector(`${layer}.mlp_norm`);
  const gateUp = await weights.matrix(`${layer}.gate_up`, 2 * intermediateSize);
  const down = await weights.matrix(`${layer}.down`, hiddenSize);
  for (const x of stream) {
    const both = multiply(gateUp, rmsNorm(x, norm, rmsNormEps));
    const inner = Float64Array.from({ length: intermediateSize }, (_, i) => {
      const gate = both[i]!;
      return (gate / (1 + Math.exp(-gate))) * both[intermediateSize + i]!;
    });
    add(x, multiply(down, inner));
  }
}

/** Rotates the pairs (i, i + d/2) of a head by position · frequency_i. */
function rotate(head: Float64Array, position: number, rope: RopeConfig): Float64Array {
  const half = head.length / 2;
  const rotated = new Float64Array(head.length);
  for (let i = 0; i < half; i++) {
    const angle = position * frequency(i, head.length, rope);
    const [a, b] = [head[i]!, head[i + half]!];
    rotated[i] = a * Math.cos(angle) - b * Math.sin(angle);
    rotated[i + half] = b * Math.cos(angle) + a * Math.sin(angle);
  }
  return rotated;
}

/** Radians per position of pair i. Llama 3 stretches long wavelengths, keeps short ones and blends between. */
function frequency(i: number, headDim: number, { theta, scaling }: RopeConfig): number {
  const base = theta ** ((-2 * i) / headDim);
  if (scaling === null) return base;
  if (scaling.kind === 'linear') return base / scaling.factor;
  const turns = (scaling.originalContextLength * base) / (2 * Math.PI);
  if (turns < scaling.lowFreqFactor) return base / scaling.factor;
  if (turns > scaling.highFreqFactor) return base;
  const blend = (turns - scaling.lowFreqFactor) / (scaling.highFreqFactor - scaling.lowFreqFactor);
  return ((1 - blend) * base) / scaling.factor + blend * base;
}

function rmsNorm(x: Float64Array, weight: Float64Array, eps: number): Float64Array {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + eps);
  return x.map((value, i) => value * scale * weight[i]!);
}

/** W · x, W `[n, k]` row-major. */
function multiply(matrix: Float64Array, x: Float64Array): Float64Array {
  const k = x.length;
  const y = new Float64Array(matrix.length / k);
  for (let row = 0; row < y.length; row++) {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += matrix[row * k + i]! * x[i]!;
    y[row] = sum;
  }
  return y;
}

function softmax(scores: number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i]! += y[i]!;
}
