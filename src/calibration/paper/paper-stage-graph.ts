import type { FusedMatrix } from '../../core/index.ts';
import { add, GraphBuilder, gradients, matMulTransposed, type Value } from '../../onnx/index.ts';
import { blockError } from '../block-error.ts';
import { type BatchShape, blockForward } from '../block-graph.ts';
import { GraphInputs } from '../graph-inputs.ts';
import { leadingColumns } from '../leading-columns.ts';
import { type Stage, stageNames } from '../stage.ts';
import { groupNames, paperNames } from './paper-names.ts';
import { quantizedWeights } from './paper-quantizer.ts';
import { type PaperScheme, scaleBlock } from './paper-scheme.ts';

/**
 * Of a graph at some widths, what fixes it: the shapes of α and β. Widths of one group that share it can be fed to
 * the same graph.
 */
export function graphKey(stage: Stage, widths: readonly number[]): string {
  return stage.matrices.map(({ k }) => widths.map((width) => scaleBlock(width, k)).join()).join(';');
}

export interface PaperForwardGraph {
  readonly model: Uint8Array;
  /** f32 [R, hiddenSize] for each group. */
  readonly outputs: readonly string[];
}

/** A block with each group at its own width of `widths`, forward only. */
export function paperForwardGraph(
  stage: Stage,
  batch: BatchShape,
  scheme: PaperScheme,
  widths: readonly number[],
): PaperForwardGraph {
  const inputs = new GraphInputs(new GraphBuilder('simulated'));
  const results = groupForwards(inputs, stage, batch, scheme, widths);
  for (const result of results) inputs.g.output(result);
  return { model: inputs.g.encode(), outputs: results.map(({ name }) => name) };
}

export interface PaperTrainingGraph {
  readonly model: Uint8Array;
  readonly loss: string;
  /** Gradient output by input name. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * Σ_groups Σ_tokens mean_features |y − target| and its gradients in the cascade, where there is one, and with
 * `clipping` in each group's α and β. Input `target`: f32 [R, hiddenSize].
 */
export function paperTrainingGraph(
  stage: Stage,
  batch: BatchShape,
  scheme: PaperScheme,
  widths: readonly number[],
  clipping: boolean,
): PaperTrainingGraph {
  const inputs = new GraphInputs(new GraphBuilder('training'));
  const { g } = inputs;
  const results = groupForwards(inputs, stage, batch, scheme, widths);
  const target = inputs.f32(stageNames.target, results[0]!.shape as number[]);
  const loss = results
    .map((y) => blockError(g, y, target, 'absolute'))
    .reduce((sum, each) => add(g, sum, each));
  const names = learnedInputs(stage, scheme, clipping);
  const slopes = gradients(
    g,
    loss,
    names.map((name) => inputs.get(name)),
  );
  g.output(loss);
  for (const slope of slopes) g.output(slope);
  const outputs = new Map(names.map((name, i) => [name, slopes[i]!.name]));
  return { model: g.encode(), loss: loss.name, gradients: outputs };
}

/** Inputs that are differentiated: there may be none. */
function learnedInputs(stage: Stage, scheme: PaperScheme, clipping: boolean): string[] {
  return stage.matrices.flatMap(({ name }) => [
    ...(scheme[0]!.rank > 0 ? [paperNames.a(name), paperNames.b(name)] : []),
    ...(clipping
      ? scheme.flatMap((_, group) => [groupNames.alpha(name, group), groupNames.beta(name, group)])
      : []),
  ]);
}

function groupForwards(
  inputs: GraphInputs,
  stage: Stage,
  batch: BatchShape,
  scheme: PaperScheme,
  widths: readonly number[],
): Value[] {
  const x = inputs.f32(stageNames.input, [batch.sequences * batch.length, stage.architecture.hiddenSize]);
  return scheme.map((_, group) => {
    const linears = stage.matrices.map((matrix) => {
      const weights = simulatedMatrix(inputs, matrix, scheme, group, widths[group]!);
      return (input: Value) => matMulTransposed(inputs.g, input, weights);
    });
    return blockForward(inputs, stage.architecture, batch, x, linears);
  });
}

/**
 * Ŵ_b = Q_b(W + R), R = b[:, :r]·a[:, :r]ᵀ with the rank of the group, f32 [n, k].
 *
 * @param width fixes which weights share a scale; the number of codes is the input `top` of the group
 */
export function simulatedMatrix(
  inputs: GraphInputs,
  { name, n, k }: FusedMatrix,
  scheme: PaperScheme,
  group: number,
  width: number,
): Value {
  const { g } = inputs;
  const block = scaleBlock(width, k);
  const perGroup = [n, Math.ceil(k / block), 1];
  const weights = inputs.f32(paperNames.weights(name), [n, k]);
  const { rank } = scheme[group]!;
  const offset = rank === 0 ? null : cascade(inputs, { name, n, k }, scheme[0]!.rank, rank);
  return quantizedWeights(g, offset ? add(g, weights, offset) : weights, block, {
    alpha: inputs.f32(groupNames.alpha(name, group), perGroup),
    beta: inputs.f32(groupNames.beta(name, group), perGroup),
    top: inputs.f32(groupNames.top(group), []),
  });
}

function cascade(inputs: GraphInputs, { name, n, k }: FusedMatrix, most: number, rank: number): Value {
  const { g } = inputs;
  const a = inputs.f32(paperNames.a(name), [k, most]);
  const b = inputs.f32(paperNames.b(name), [n, most]);
  return matMulTransposed(g, leadingColumns(g, b, rank), leadingColumns(g, a, rank));
}
