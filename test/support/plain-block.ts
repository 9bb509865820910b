import {
  at,
  map,
  type PlainTensor,
  permuted,
  product,
  rmsNormed,
  rotated,
  tensorOf,
  zip,
} from './plain-tensor.ts';

export interface BlockShape {
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly epsilon: number;
  readonly rotaryBase: number;
}

/** Sizes of the weights of a block; matrices are [outputs, inputs]. */
export function blockWeightShapes(shape: BlockShape) {
  const { hidden, intermediate, heads, kvHeads, headDim } = shape;
  return {
    attentionNorm: [hidden],
    qkv: [(heads + 2 * kvHeads) * headDim, hidden],
    o: [hidden, heads * headDim],
    mlpNorm: [hidden],
    gateUp: [2 * intermediate, hidden],
    down: [hidden, intermediate],
  };
}

export type BlockWeights = Readonly<Record<keyof ReturnType<typeof blockWeightShapes>, PlainTensor>>;

/** One Llama block over one sequence x [S, hidden] from position 0, in float64. */
export function plainBlock(x: PlainTensor, weights: BlockWeights, shape: BlockShape): PlainTensor {
  const { intermediate, epsilon } = shape;
  const projected = linear(rmsNormed(x, weights.attentionNorm, epsilon), weights.qkv);
  const attended = zip(x, linear(attention(projected, shape), weights.o), (a, b) => a + b);
  const gateUp = linear(rmsNormed(attended, weights.mlpNorm, epsilon), weights.gateUp);
  const gate = map(columns(gateUp, 0, intermediate), (v) => v / (1 + Math.exp(-v)));
  const gated = zip(gate, columns(gateUp, intermediate, intermediate), (a, b) => a * b);
  return zip(attended, linear(gated, weights.down), (a, b) => a + b);
}

/** Causal attention from projected queries, keys and values side by side; query heads share kv heads in order. */
function attention(qkv: PlainTensor, shape: BlockShape): PlainTensor {
  const { heads, kvHeads, headDim, rotaryBase } = shape;
  const length = qkv.shape[0]!;
  const positions = Array.from({ length }, (_, i) => i);
  const queryWidth = heads * headDim;
  const keyWidth = kvHeads * headDim;
  const q = rotated(columns(qkv, 0, queryWidth), positions, headDim, rotaryBase);
  const k = rotated(columns(qkv, queryWidth, keyWidth), positions, headDim, rotaryBase);
  const v = columns(qkv, queryWidth + keyWidth, keyWidth);
  const attended = Array.from({ length: heads }, (_, head) => {
    const shared = Math.floor(head / (heads / kvHeads)) * headDim;
    return attendedBy(
      columns(q, head * headDim, headDim),
      columns(k, shared, headDim),
      columns(v, shared, headDim),
    );
  });
  return tensorOf([length, queryWidth], ([row, column]) =>
    at(attended[Math.floor(column! / headDim)]!, [row!, column! % headDim]),
  );
}

/** One head: row s is the mean of the values 0 … s, weighted by softmax(q_s · k_t / √headDim). */
function attendedBy(q: PlainTensor, k: PlainTensor, v: PlainTensor): PlainTensor {
  const scores = product(q, permuted(k, [1, 0]));
  const scale = 1 / Math.sqrt(q.shape[1]!);
  const weights = tensorOf(scores.shape, ([row, column]) =>
    column! > row! ? 0 : Math.exp(at(scores, [row!, column!]) * scale),
  );
  const totals = product(
    weights,
    tensorOf([k.shape[0]!, 1], () => 1),
  );
  return zip(product(weights, v), totals, (a, total) => a / total);
}

function linear(x: PlainTensor, weight: PlainTensor): PlainTensor {
  return product(x, permuted(weight, [1, 0]));
}

function columns(x: PlainTensor, from: number, count: number): PlainTensor {
  return tensorOf([x.shape[0]!, count], ([row, column]) => at(x, [row!, from + column!]));
}
