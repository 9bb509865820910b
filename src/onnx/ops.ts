import {
  DATA_TYPES,
  type DataType,
  type Dim,
  type GraphBuilder,
  MICROSOFT,
  type Value,
} from './graph-builder.ts';

// One constructor per ONNX operator besides arithmetic and matrix products. Each appends a node to `g` and
// returns its output with type and shape; none checks what ONNX Runtime checks itself when the session is made.

export function identity(g: GraphBuilder, x: Value): Value {
  return one(g.node({ opType: 'Identity', inputs: [x], outputs: [x] }));
}

/** x in another element type; x itself where it has that type. Of an initializer the session makes it once, when it loads. */
export function cast(g: GraphBuilder, x: Value, type: DataType): Value {
  if (x.type === type) return x;
  const outputs = [{ type, shape: x.shape }];
  return one(g.node({ opType: 'Cast', inputs: [x], outputs, attributes: { to: DATA_TYPES[type] } }));
}

/** x · sigmoid(x), by ONNX Runtime's fused QuickGelu with alpha 1. */
export function silu(g: GraphBuilder, x: Value): Value {
  const attributes = { alpha: { float: 1 } };
  return one(g.node({ opType: 'QuickGelu', domain: MICROSOFT, inputs: [x], outputs: [x], attributes }));
}

/** `shape` is a value (int64) so that run-time sizes can be given; `result` states what it amounts to. */
export function reshape(g: GraphBuilder, x: Value, shape: Value, result: readonly Dim[]): Value {
  return one(g.node({ opType: 'Reshape', inputs: [x, shape], outputs: [{ type: x.type, shape: result }] }));
}

/** x repeated along its axes of size 1; `sizes` (int64) is a value, `result` states what it amounts to. */
export function expand(g: GraphBuilder, x: Value, sizes: Value, result: readonly Dim[]): Value {
  return one(g.node({ opType: 'Expand', inputs: [x, sizes], outputs: [{ type: x.type, shape: result }] }));
}

export function transpose(g: GraphBuilder, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]!);
  return one(
    g.node({ opType: 'Transpose', inputs: [x], outputs: [{ type: x.type, shape }], attributes: { perm } }),
  );
}

/** Splits an axis, the last by default, into parts of the given sizes; `sizes` is the same list as an int64 value. */
export function split(g: GraphBuilder, x: Value, sizes: Value, parts: readonly Dim[], axis = -1): Value[] {
  const at = axis < 0 ? x.shape.length + axis : axis;
  const outputs = parts.map((size) => ({
    type: x.type,
    shape: x.shape.map((dim, i) => (i === at ? size : dim)),
  }));
  return g.node({ opType: 'Split', inputs: [x, sizes], outputs, attributes: { axis } });
}

/** Splits a vector of length n into n vectors of length 1. */
export function splitEach(g: GraphBuilder, x: Value, n: number): Value[] {
  const outputs = Array.from({ length: n }, () => ({ type: x.type, shape: [1] }));
  return g.node({ opType: 'Split', inputs: [x], outputs, attributes: { axis: 0, num_outputs: n } });
}

export function concat(g: GraphBuilder, parts: readonly Value[], axis: number, size: Dim): Value {
  const first = parts[0]!;
  const at = axis < 0 ? first.shape.length + axis : axis;
  const shape = first.shape.map((dim, i) => (i === at ? size : dim));
  return one(
    g.node({ opType: 'Concat', inputs: parts, outputs: [{ type: first.type, shape }], attributes: { axis } }),
  );
}

/** Rows of `x` picked by `indices` (int64 [n]). */
export function gatherRows(g: GraphBuilder, x: Value, indices: Value): Value {
  const shape = [indices.shape[0]!, ...x.shape.slice(1)];
  return one(
    g.node({
      opType: 'Gather',
      inputs: [x, indices],
      outputs: [{ type: x.type, shape }],
      attributes: { axis: 0 },
    }),
  );
}

/**
 * x with row indices[i, 0] replaced by rows[i], as a graph output named `name`; x [n, m], indices int64 [k, 1], rows
 * [k, m], indices distinct. With the output bound to the memory of x, only those rows are written.
 */
export function scatterRows(g: GraphBuilder, x: Value, indices: Value, rows: Value, name: string): Value {
  const [written] = g.namedNode({ opType: 'ScatterND', inputs: [x, indices, rows], outputs: [x] }, [name]);
  return written!;
}

/** Element indices[i, 0] of row i, as [n, 1]; x [n, m], indices int64 [n, 1]. */
export function gatherInRows(g: GraphBuilder, x: Value, indices: Value): Value {
  const attributes = { axis: 1 };
  const outputs = [{ type: x.type, shape: indices.shape }];
  return one(g.node({ opType: 'GatherElements', inputs: [x, indices], outputs, attributes }));
}

/** Softmax over the last axis. */
export function softmax(g: GraphBuilder, x: Value): Value {
  return one(g.node({ opType: 'Softmax', inputs: [x], outputs: [x], attributes: { axis: -1 } }));
}

/** log softmax(x) over the last axis. */
export function logSoftmax(g: GraphBuilder, x: Value): Value {
  return one(g.node({ opType: 'LogSoftmax', inputs: [x], outputs: [x], attributes: { axis: -1 } }));
}

/** RMSNorm over the last axis: x / sqrt(mean(x²) + epsilon) · weight. */
export function rmsNorm(g: GraphBuilder, x: Value, weight: Value, epsilon: number): Value {
  const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
  return one(
    g.node({ opType: 'SimplifiedLayerNormalization', inputs: [x, weight], outputs: [x], attributes }),
  );
}

/** sum = x + skip and normed = RMSNorm(sum), in one pass over memory. */
export function skipRmsNorm(
  g: GraphBuilder,
  x: Value,
  skip: Value,
  weight: Value,
  epsilon: number,
): { normed: Value; sum: Value } {
  const [normed, sum] = g.node({
    opType: 'SkipSimplifiedLayerNormalization',
    domain: MICROSOFT,
    inputs: [x, skip, weight],
    outputs: [x, null, null, x],
    attributes: { epsilon: { float: epsilon } },
  });
  return { normed: normed!, sum: sum! };
}

/**
 * Rotary embedding of x [B, S, heads·headDim] by half rotation.
 *
 * @param positions int64 [B, S]
 * @param cos f32 [maxLength, headDim/2]; sin alike
 */
export function rotaryEmbedding(
  g: GraphBuilder,
  x: Value,
  positions: Value,
  cos: Value,
  sin: Value,
  heads: number,
): Value {
  return one(
    g.node({
      opType: 'RotaryEmbedding',
      domain: MICROSOFT,
      inputs: [x, positions, cos, sin],
      outputs: [x],
      attributes: { num_heads: heads, interleaved: 0 },
    }),
  );
}

/** All floats of one type, f32 or f16. */
export interface GroupQueryAttentionInputs {
  /** [B, S, (heads + 2·kvHeads)·headDim] with key and value null, or [B, S, heads·headDim]. */
  readonly query: Value;
  /** [B, S, kvHeads·headDim]. */
  readonly key: Value | null;
  readonly value: Value | null;
  /** [B, kvHeads, capacity, headDim]. */
  readonly pastKey: Value;
  readonly pastValue: Value;
  /** i32 [B]: total length of each row, this step included, minus one. */
  readonly lastPositions: Value;
  /** i32 scalar: the longest total length. */
  readonly totalLength: Value;
  readonly cos: Value;
  readonly sin: Value;
}

/** Causal attention with rotary embedding; presentNames name the updated caches, graph outputs. */
export function groupQueryAttention(
  g: GraphBuilder,
  inputs: GroupQueryAttentionInputs,
  shape: { heads: number; kvHeads: number; headDim: number },
  presentNames: readonly [string, string],
): { attended: Value; presentKey: Value; presentValue: Value } {
  const [batch, length] = inputs.query.shape;
  const attended = g.freshName('GroupQueryAttention');
  const [out, presentKey, presentValue] = g.namedNode(
    {
      opType: 'GroupQueryAttention',
      domain: MICROSOFT,
      inputs: [
        inputs.query,
        inputs.key,
        inputs.value,
        inputs.pastKey,
        inputs.pastValue,
        inputs.lastPositions,
        inputs.totalLength,
        inputs.cos,
        inputs.sin,
      ],
      outputs: [
        { type: inputs.query.type, shape: [batch!, length!, shape.heads * shape.headDim] },
        inputs.pastKey,
        inputs.pastValue,
      ],
      attributes: { num_heads: shape.heads, kv_num_heads: shape.kvHeads, do_rotary: 1 },
    },
    [attended, ...presentNames],
  );
  return { attended: out!, presentKey: presentKey!, presentValue: presentValue! };
}

/** `condition` (bool [1]) chooses a branch; both branches build one value of the same type and shape. */
export function choose(
  g: GraphBuilder,
  condition: Value,
  whenTrue: { graph: GraphBuilder; result: Value },
  whenFalse: { graph: GraphBuilder; result: Value },
): Value {
  whenTrue.graph.output(whenTrue.result);
  whenFalse.graph.output(whenFalse.result);
  const attributes = { then_branch: { graph: whenTrue.graph }, else_branch: { graph: whenFalse.graph } };
  return one(g.node({ opType: 'If', inputs: [condition], outputs: [whenTrue.result], attributes }));
}

function one(values: Value[]): Value {
  return values[0]!;
}
