import {
  type BatchShape,
  blockForward,
  blockVector,
  GraphInputs,
  headForward,
} from '../calibration/index.ts';
import { type FusedMatrix, fusedMatrices, type ModelArchitecture } from '../core/index.ts';
import {
  GraphBuilder,
  gradients,
  matMulTransposed,
  type Value,
  weightedCrossEntropy,
} from '../onnx/index.ts';
import { EMBEDDING } from './initial-parameters.ts';

/** Names of the graph's inputs beside parameters, rotary tables and causal mask. */
export const trainingInputs = { hidden: 'hidden', targets: 'targets', weights: 'weights' } as const;

export interface TrainingGraph {
  readonly model: Uint8Array;
  /** f32 [1]. */
  readonly loss: string;
  /** Gradient of `hidden`, f32 [R, hiddenSize]; null in a graph without gradients. */
  readonly hiddenGradient: string | null;
  /** Gradient output by parameter name; empty in a graph without gradients. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * A whole Llama from embedded tokens to its loss, R = sequences·length: Σ weight · cross-entropy.
 *
 * Inputs: hidden f32 [R, hiddenSize] (rows of the embedding), targets int64 [R, 1], weights f32 [R, 1], every
 * parameter by name, rotary_cos, rotary_sin f32 [length, headDim/2], causal_mask f32 [length, length].
 * The embedding is tied: the part of its gradient that comes through the head is among the outputs, that of the
 * looked-up rows is `hiddenGradient`.
 */
export function trainingGraph(
  architecture: ModelArchitecture,
  batch: BatchShape,
  parameterNames: readonly string[] | null,
): TrainingGraph {
  const inputs = new GraphInputs(new GraphBuilder('training'));
  const { g } = inputs;
  const rows = batch.sequences * batch.length;
  const hidden = inputs.f32(trainingInputs.hidden, [rows, architecture.hiddenSize]);
  const logits = forward(inputs, architecture, batch, hidden);
  const targets = g.input(trainingInputs.targets, 'i64', [rows, 1]);
  const loss = weightedCrossEntropy(g, logits, targets, inputs.f32(trainingInputs.weights, [rows, 1]));
  g.output(loss);
  if (parameterNames === null) {
    return { model: g.encode(), loss: loss.name, hiddenGradient: null, gradients: new Map() };
  }
  const [ofHidden, ...slopes] = gradients(g, loss, [
    hidden,
    ...parameterNames.map((name) => inputs.get(name)),
  ]);
  for (const slope of [ofHidden!, ...slopes]) g.output(slope);
  const byName = new Map(parameterNames.map((name, i) => [name, slopes[i]!.name]));
  return { model: g.encode(), loss: loss.name, hiddenGradient: ofHidden!.name, gradients: byName };
}

function forward(
  inputs: GraphInputs,
  architecture: ModelArchitecture,
  batch: BatchShape,
  hidden: Value,
): Value {
  const matrices = fusedMatrices(architecture);
  const product = (matrix: FusedMatrix, name: string) => (x: Value) =>
    matMulTransposed(inputs.g, x, inputs.f32(name, [matrix.n, matrix.k]));
  let x = hidden;
  for (let layer = 0; layer < architecture.layers; layer++) {
    const linears = matrices.slice(4 * layer, 4 * layer + 4).map((matrix) => product(matrix, matrix.name));
    x = blockForward(inputs.renamed(vectorName(`layers.${layer}.`)), architecture, batch, x, linears);
  }
  return headForward(inputs.renamed(vectorName('')), architecture, x, product(matrices.at(-1)!, EMBEDDING));
}

/** Vectors of a block go by their names in the model; what all blocks share keeps its name. */
function vectorName(prefix: string): (name: string) => string {
  const marker = blockVector('');
  return (name) => (name.startsWith(marker) ? `${prefix}${name.slice(marker.length)}` : name);
}
