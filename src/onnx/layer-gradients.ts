import { add, exp, mul, neg, reduceMean, reduceSum, reshapeTo, sub } from './arithmetic.ts';
import { elementCount, type GradientRule, type InputGradient, sumTo } from './gradient-rule.ts';
import type { GraphBuilder, GraphNode, Value } from './graph-builder.ts';
import { fusedMatMul } from './matrix-products.ts';
import { rotaryEmbedding } from './ops.ts';

/** Rules of matrix products, softmax, norms and rotations. They take gradients of the full shape. */
export const LAYER_GRADIENTS: Readonly<Record<string, GradientRule>> = {
  MatMul: (g, node, [dy]) => matMulGradients(g, node.inputs[0]!, node.inputs[1]!, dy!, false, 1),
  FusedMatMul: (g, node, [dy]) => {
    const { transA, transB, alpha } = node.attributes;
    if (transA === 1) throw new Error('no gradient rule for FusedMatMul with its first operand transposed');
    const factor = (alpha as { float: number }).float;
    return matMulGradients(g, node.inputs[0]!, node.inputs[1]!, dy!, transB === 1, factor);
  },
  Softmax: (g, node, [dy]) => {
    // p ⊙ (dy − Σ dy ⊙ p)
    const p = node.outputs[0]!;
    const total = () => reduceSum(g, mul(g, dy!, p), [p.shape.length - 1]);
    return [() => mul(g, p, sub(g, dy!, total()))];
  },
  LogSoftmax: (g, node, [dy]) => {
    // dy − softmax · Σ dy
    const y = node.outputs[0]!;
    const total = () => reduceSum(g, dy!, [y.shape.length - 1]);
    return [() => sub(g, dy!, mul(g, exp(g, y), total()))];
  },
  SimplifiedLayerNormalization: (g, node, [dy]) => {
    const [x, weight] = node.inputs;
    return rmsNormGradients(g, node, x!, weight!, dy!);
  },
  SkipSimplifiedLayerNormalization: (g, node, [dNormed, , , dSum]) => {
    // sum = x + skip is an output besides RMSNorm(sum): one gradient serves both addends.
    if (!dNormed) return [() => dSum!, () => dSum!, null];
    const [ofSum, ofWeight] = rmsNormGradients(g, node, node.outputs[3]!, node.inputs[2]!, dNormed);
    const throughNorm = ofSum!();
    const total = dSum ? add(g, dSum, throughNorm) : throughNorm;
    return [() => total, () => total, ofWeight!];
  },
  RotaryEmbedding: (g, node, [dy]) => {
    // The transpose of a rotation turns back: the same operator with sin negated.
    const [, positions, cos, sin] = node.inputs;
    const heads = node.attributes.num_heads as number;
    return [() => rotaryEmbedding(g, dy!, positions!, cos!, neg(g, sin!), heads), null, null, null];
  },
};

/** y = alpha · a [..., R, K] · b, b [..., K, N] or, transposed, [..., N, K]. */
function matMulGradients(
  g: GraphBuilder,
  a: Value,
  b: Value,
  dy: Value,
  transposed: boolean,
  alpha: number,
): InputGradient[] {
  const ofA = () => {
    const da = fusedMatMul(g, dy, b, { transposeB: !transposed, alpha });
    return sumTo(g, da, a, da);
  };
  const ofB = () => {
    // A matrix b collects over all leading axes of a: as rows of one product instead of a sum of many.
    const shared = b.shape.length === 2 && a.shape.length > 2;
    const rows = shared ? flatten(g, a) : a;
    const dRows = shared ? flatten(g, dy) : dy;
    const [left, right] = transposed ? [dRows, rows] : [rows, dRows];
    const db = fusedMatMul(g, left, right, { transposeA: true, alpha });
    return sumTo(g, db, b, db);
  };
  return [ofA, ofB];
}

/**
 * y = n·w, n = x·r, r = (mean(x²) + ε)^(−1/2):
 * dx = r·(w·dy − n·mean(n·w·dy)), dw = Σ_rows dy·n.
 */
function rmsNormGradients(
  g: GraphBuilder,
  node: GraphNode,
  x: Value,
  weight: Value,
  dy: Value,
): InputGradient[] {
  const axis = x.shape.length - 1;
  // The operator itself gives n and r, under weights of one.
  const width = x.shape[axis] as number;
  const ones = g.constant(g.freshName('ones'), 'f32', [width], new Float32Array(width).fill(1));
  const [n, r] = g.node({
    opType: 'SimplifiedLayerNormalization',
    inputs: [x, ones],
    outputs: [x, { type: x.type, shape: [...x.shape.slice(0, -1), 1] }],
    attributes: { axis: -1, epsilon: node.attributes.epsilon!, stash_type: 1 },
  });
  const ofX = () => {
    const weighted = mul(g, dy, weight);
    const along = reduceMean(g, mul(g, n!, weighted), [axis]);
    return mul(g, r!, sub(g, weighted, mul(g, n!, along)));
  };
  return [ofX, () => sumTo(g, mul(g, dy, n!), weight, x)];
}

function flatten(g: GraphBuilder, x: Value): Value {
  const last = x.shape.at(-1) as number;
  return reshapeTo(g, x, [elementCount(x) / last, last]);
}
