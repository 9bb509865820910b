import {
  add,
  cast,
  choose,
  GraphBuilder,
  identity,
  matMul,
  matMulNBits,
  matMulTransposed,
  type Value,
} from '../../onnx/index.ts';
import type { CascadeData, MatrixData, PlaneData } from './graph-weights.ts';

export type AccuracyLevel = 0 | 4;

/**
 * y = P₀·x + Σ gated Pᵢ·x + Σ gated B_j·(A_j·x), for x [R, k], f32 or f16; returns [R, n] of the same type. Weights
 * are stored as f32 and become f16 when the session loads.
 *
 * @param gates bool [1] each: planes above the base, then cascade segments. Each term sits behind an `If`, so
 * a term that is off costs nothing but a copy of y.
 */
export function elasticLinear(
  g: GraphBuilder,
  x: Value,
  matrix: MatrixData,
  gates: readonly Value[],
  accuracyLevel: AccuracyLevel,
): Value {
  if (matrix.kind === 'dense') {
    const weights = g.external(`${matrix.name}.dense`, 'f32', [matrix.n, matrix.k], matrix.weights);
    return matMulTransposed(g, x, cast(g, weights, x.type));
  }
  const { name, n, k } = matrix;
  const terms: ((branch: GraphBuilder) => Value)[] = [
    ...matrix.planes.map((plane, i) => planeTerm(g, x, `${name}.plane${i}`, n, k, plane, accuracyLevel)),
    ...matrix.cascade.map((segment, j) => cascadeTerm(g, x, `${name}.cascade${j}`, n, k, segment)),
  ];
  return terms.slice(1).reduce((sum, term, i) => addWhen(g, gates[i]!, sum, term), terms[0]!(g));
}

/** Declares the plane's initializers in the outer graph, so that a branch can use them. */
function planeTerm(
  g: GraphBuilder,
  x: Value,
  name: string,
  n: number,
  k: number,
  plane: PlaneData,
  accuracyLevel: AccuracyLevel,
) {
  const { bits, block } = plane;
  const blocks = Math.ceil(k / block);
  const codes = g.external(`${name}.codes`, 'u8', [n, blocks, (block * bits) / 8], plane.codes);
  const scales = cast(g, g.external(`${name}.scales`, 'f32', [n * blocks], plane.scales), x.type);
  const zeroPoints =
    plane.zeroPoints &&
    g.external(`${name}.zero_points`, 'u8', [n * Math.ceil((blocks * bits) / 8)], plane.zeroPoints);
  const quantized = { codes, scales, zeroPoints, n, k, bits, block };
  return (branch: GraphBuilder) => matMulNBits(branch, x, quantized, accuracyLevel);
}

function cascadeTerm(g: GraphBuilder, x: Value, name: string, n: number, k: number, segment: CascadeData) {
  const a = cast(g, g.external(`${name}.a`, 'f32', [k, segment.rank], segment.a), x.type);
  const b = cast(g, g.external(`${name}.b`, 'f32', [segment.rank, n], segment.b), x.type);
  return (branch: GraphBuilder) => matMul(branch, matMul(branch, x, a), b);
}

function addWhen(g: GraphBuilder, gate: Value, sum: Value, term: (branch: GraphBuilder) => Value): Value {
  const on = new GraphBuilder(g.freshName('on'), g);
  const off = new GraphBuilder(g.freshName('off'), g);
  return choose(
    g,
    gate,
    { graph: on, result: add(on, sum, term(on)) },
    { graph: off, result: identity(off, sum) },
  );
}
