import { broadcastShape } from './broadcast-shape.ts';
import { type GraphBuilder, MICROSOFT, type Value } from './graph-builder.ts';

// Matrix products, of float and of quantized matrices. Letters: R rows, K input features, N output features.

/** a [..., R, K] · b [..., K, N]; leading axes broadcast. */
export function matMul(g: GraphBuilder, a: Value, b: Value): Value {
  const shape = [
    ...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
    a.shape.at(-2)!,
    b.shape.at(-1)!,
  ];
  return one(g.node({ opType: 'MatMul', inputs: [a, b], outputs: [{ type: a.type, shape }] }));
}

/** alpha · a [..., R, K] · transpose(b [..., N, K]); leading axes broadcast. */
export function matMulTransposed(g: GraphBuilder, a: Value, b: Value, alpha = 1): Value {
  return fusedMatMul(g, a, b, { transposeB: true, alpha });
}

/** alpha · a · b with the last two axes of an operand swapped first where asked; leading axes broadcast. */
export function fusedMatMul(
  g: GraphBuilder,
  a: Value,
  b: Value,
  { transposeA = false, transposeB = false, alpha = 1 },
): Value {
  const leading = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...leading, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } };
  return one(
    g.node({
      opType: 'FusedMatMul',
      domain: MICROSOFT,
      inputs: [a, b],
      outputs: [{ type: a.type, shape }],
      attributes,
    }),
  );
}

/** Shapes: x [R, k], codes u8 [n, ceil(k/block), block·bits/8], scales f32 [n·ceil(k/block)]; returns [R, n]. */
export interface QuantizedMatrix {
  readonly codes: Value;
  readonly scales: Value;
  /** u8 [n, ceil(ceil(k/block)·bits/8)]; null for the symmetric zero point 2^(bits−1). */
  readonly zeroPoints: Value | null;
  readonly n: number;
  readonly k: number;
  readonly bits: number;
  readonly block: number;
}

/**
 * x · transpose((codes − zeroPoints) · scales).
 *
 * @param accuracyLevel 4 multiplies in int8 (relative error about 3e-3), 0 in float32.
 */
export function matMulNBits(g: GraphBuilder, x: Value, w: QuantizedMatrix, accuracyLevel: 0 | 4): Value {
  const inputs = w.zeroPoints ? [x, w.codes, w.scales, w.zeroPoints] : [x, w.codes, w.scales];
  const attributes = {
    K: w.k,
    N: w.n,
    bits: w.bits,
    block_size: w.block,
    accuracy_level: accuracyLevel,
  };
  const outputs = [{ type: x.type, shape: [...x.shape.slice(0, -1), w.n] }];
  return one(g.node({ opType: 'MatMulNBits', domain: MICROSOFT, inputs, outputs, attributes }));
}

function one(values: Value[]): Value {
  return values[0]!;
}
