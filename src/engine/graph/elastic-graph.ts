import type { ModelArchitecture } from '../../core/index.ts';
import {
  add,
  cast,
  GraphBuilder,
  gatherRows,
  mul,
  reshape,
  rmsNorm,
  silu,
  skipRmsNorm,
  split,
  splitEach,
  type Value,
} from '../../onnx/index.ts';
import type { AttentionBuilder, AttentionFactory, ProjectedHeads } from './attention.ts';
import { type AccuracyLevel, elasticLinear } from './elastic-linear.ts';
import { type GraphWeights, gateCount } from './graph-weights.ts';
import { rotaryTables } from './rotary-tables.ts';

export interface ElasticGraphOptions {
  readonly accuracyLevel: AccuracyLevel;
  readonly attention: AttentionFactory;
  /** Rows of the rotary tables: the longest position that will be fed. */
  readonly maxLength: number;
  /**
   * Adds an output of a type the Node binding cannot convert, before all others. See in-place-session.ts.
   */
  readonly stopOutput: boolean;
  /** Of activations, scales and the cache; f32 where left out. Hidden states go in and logits come out as f32. */
  readonly floatType?: FloatType;
}

export type FloatType = 'f32' | 'f16';

export interface ElasticGraph {
  /** Serialised ONNX model; its initializers point into `GraphWeights.folder`. */
  readonly model: Uint8Array;
  /** Name of the logits output, f32 [n, vocabSize]. */
  readonly logitsName: string;
  readonly stopName: string | null;
  /** Length of the `precision_gates` input; 0 means there is none. */
  readonly gates: number;
}

/**
 * The transformer as one ONNX graph whose precision is an input.
 *
 * Inputs: hidden f32 [R, hiddenSize] (embedding rows of the new tokens, R = B·S); batch_shape int64 [3] =
 * (B, S, −1); logit_rows int64 [n] (rows of R whose logits are wanted); precision_gates bool [gates]; and the
 * inputs of the attention chosen.
 */
export function buildElasticGraph(weights: GraphWeights, options: ElasticGraphOptions): ElasticGraph {
  const { architecture: a, matrices } = weights;
  const { floatType = 'f32' } = options;
  const g = new GraphBuilder('elastic');
  const hidden = cast(g, g.input('hidden', 'f32', ['R', a.hiddenSize]), floatType);
  const batchShape = g.input('batch_shape', 'i64', [3]);
  const logitRows = g.input('logit_rows', 'i64', ['n']);
  const stopName = options.stopOutput ? addStopOutput(g, batchShape) : null;

  const gates = precisionInput(g, weights);
  const linear = (x: Value, m: number) =>
    elasticLinear(g, x, matrices[m]!, gates.of(m), options.accuracyLevel);
  const tables = rotaryTables(a.rope, a.headDim, options.maxLength);
  const tableShape = [options.maxLength, a.headDim / 2];
  const attention = options.attention({
    g,
    architecture: a,
    batchShape,
    cos: cast(g, g.constant('rotary_cos', 'f32', tableShape, tables.cos), floatType),
    sin: cast(g, g.constant('rotary_sin', 'f32', tableShape, tables.sin), floatType),
  });

  const normed = transformerBlocks(g, weights, hidden, linear, attention);
  const logits = cast(g, linear(gatherRows(g, normed, logitRows), matrices.length - 1), 'f32');
  g.output(logits);
  attention.finish();
  return { model: g.encode(), logitsName: logits.name, stopName, gates: gates.count };
}

/** All blocks and the final norm: [R, hiddenSize] in, the same out. */
function transformerBlocks(
  g: GraphBuilder,
  weights: GraphWeights,
  hidden: Value,
  linear: (x: Value, matrix: number) => Value,
  attention: AttentionBuilder,
): Value {
  const { architecture: a } = weights;
  const vector = (name: string) => {
    const { length, data } = weights.vectors.get(name)!;
    return cast(g, g.external(name, 'f32', [length], data), hidden.type);
  };
  const projections = headProjections(g, a, vector);
  const halves = g.int64('gate_up_sizes', [a.intermediateSize, a.intermediateSize]);
  const normAfter = (x: Value, skip: Value | null, name: string) =>
    skip
      ? skipRmsNorm(g, x, skip, vector(name), a.rmsNormEps)
      : { normed: rmsNorm(g, x, vector(name), a.rmsNormEps), sum: x };

  let residual = hidden;
  let branch: Value | null = null;
  for (let layer = 0; layer < a.layers; layer++) {
    const first = 4 * layer;
    const before = normAfter(residual, branch, `layers.${layer}.attention_norm`);
    const attended = attention.layer(layer, projections(layer, linear(before.normed, first)));
    const between = normAfter(before.sum, linear(attended, first + 1), `layers.${layer}.mlp_norm`);
    const [gate, up] = split(g, linear(between.normed, first + 2), halves, [
      a.intermediateSize,
      a.intermediateSize,
    ]);
    residual = between.sum;
    branch = linear(mul(g, silu(g, gate!), up!), first + 3);
  }
  return normAfter(residual, branch, 'final_norm').normed;
}

/** Bias and per-head norms between the fused qkv matrix and attention. */
function headProjections(g: GraphBuilder, a: ModelArchitecture, vector: (name: string) => Value) {
  const widths = [a.heads * a.headDim, a.kvHeads * a.headDim, a.kvHeads * a.headDim];
  const sizes = a.qkNorm ? g.int64('qkv_sizes', widths) : null;
  const perHead = a.qkNorm ? g.int64('per_head', [-1, a.headDim]) : null;
  const flat = a.qkNorm ? widths.map((width, i) => g.int64(`flat_heads.${i}`, [-1, width])) : [];

  return (layer: number, projected: Value): ProjectedHeads => {
    const qkv = a.qkvBias ? add(g, projected, vector(`layers.${layer}.qkv_bias`)) : projected;
    if (!a.qkNorm) return { kind: 'packed', qkv };
    const [q, k, v] = split(g, qkv, sizes!, widths);
    const normed = (x: Value, part: number, name: string) => {
      const heads = reshape(g, x, perHead!, ['heads', a.headDim]);
      const scaled = rmsNorm(g, heads, vector(`layers.${layer}.${name}`), a.rmsNormEps);
      return reshape(g, scaled, flat[part]!, x.shape);
    };
    return { kind: 'separate', q: normed(q!, 0, 'q_norm'), k: normed(k!, 1, 'k_norm'), v: v! };
  };
}

/** The bool vector that opens planes and cascade segments, cut into one scalar per gate. */
function precisionInput(g: GraphBuilder, weights: GraphWeights) {
  const counts = weights.matrices.map(gateCount);
  const count = counts.reduce((sum, n) => sum + n, 0);
  const all = count === 0 ? [] : splitEach(g, g.input('precision_gates', 'bool', [count]), count);
  const starts = counts.map((_, m) => counts.slice(0, m).reduce((sum, n) => sum + n, 0));
  return { count, of: (m: number) => all.slice(starts[m], starts[m]! + counts[m]!) };
}

function addStopOutput(g: GraphBuilder, element: Value): string {
  const [stop] = g.node({ opType: 'SequenceConstruct', inputs: [element], outputs: [element] });
  g.sequenceOutput(stop!.name, element.type);
  return stop!.name;
}
