import type { FusedMatrix, ModelArchitecture } from '../core/index.ts';
import {
  add,
  concat,
  GraphBuilder,
  gradients,
  klDivergenceLoss,
  mul,
  scalar,
  type Value,
} from '../onnx/index.ts';
import { type BlockError, blockError } from './block-error.ts';
import { type BatchShape, blockForward, denseProduct, headForward } from './block-graph.ts';
import { type ElasticScheme, elasticPlanes, elasticProduct, type GraphPlane } from './elastic-matrix.ts';
import { GraphInputs } from './graph-inputs.ts';
import type { PrecisionGroup } from './precision-groups.ts';

/** What is calibrated at a time: a transformer block, or final norm and head. */
export interface Stage {
  readonly kind: 'block' | 'head';
  readonly architecture: ModelArchitecture;
  /** Matrices of the stage, by their names within it, in canonical order. */
  readonly matrices: readonly FusedMatrix[];
  /** A head of some rows of the vocabulary alone: one more logit stands for all others together. */
  readonly isSlice?: boolean;
}

/** Names of a stage graph's inputs and outputs beside those of its matrices. */
export const stageNames = {
  input: 'stream',
  /** Of a slice of the head: f32 [R, 1]. */
  rest: 'rest',
  target: 'target',
  planeSwitch: (group: number, matrix: number, plane: number) => `on.${group}.${matrix}.plane${plane}`,
  liveSwitch: (group: number, matrix: number, segment: number) => `on.${group}.${matrix}.live${segment}`,
} as const;

type Linear = (x: Value) => Value;

/** Output f32 [R, width] of a stage whose matrices are applied by `linears`. */
export function stageForward(
  inputs: GraphInputs,
  stage: Stage,
  batch: BatchShape,
  linears: readonly Linear[],
): Value {
  const rows = batch.sequences * batch.length;
  const x = inputs.f32(stageNames.input, [rows, stage.architecture.hiddenSize]);
  if (stage.kind === 'block') return blockForward(inputs, stage.architecture, batch, x, linears);
  const logits = headForward(inputs, stage.architecture, x, linears[0]!);
  if (!stage.isSlice) return logits;
  return concat(inputs.g, [logits, inputs.f32(stageNames.rest, [rows, 1])], -1, stageWidth(stage));
}

/** Features of a stage's output. */
export function stageWidth({ kind, architecture, matrices, isSlice }: Stage): number {
  return kind === 'block' ? architecture.hiddenSize : matrices[0]!.n + (isSlice ? 1 : 0);
}

/** The stage at full precision. Output: f32 [R, width]. */
export function denseStageGraph(stage: Stage, batch: BatchShape): { model: Uint8Array; output: string } {
  const inputs = new GraphInputs(new GraphBuilder('dense'));
  const y = stageForward(
    inputs,
    stage,
    batch,
    stage.matrices.map((matrix) => denseProduct(inputs, matrix)),
  );
  inputs.g.output(y);
  return { model: inputs.g.encode(), output: y.name };
}

export interface ElasticStageGraph {
  readonly model: Uint8Array;
  /** f32 [R, width] for each group. */
  readonly outputs: readonly string[];
}

/** The stage at each group's precision, forward only. */
export function elasticStageGraph(
  stage: Stage,
  batch: BatchShape,
  scheme: ElasticScheme,
  zeroPoints: readonly (readonly boolean[])[],
  groups: readonly PrecisionGroup[],
): ElasticStageGraph {
  const inputs = new GraphInputs(new GraphBuilder('elastic'));
  const results = groupForwards(inputs, stage, batch, scheme, zeroPoints, groups);
  for (const result of results) inputs.g.output(result);
  return { model: inputs.g.encode(), outputs: results.map(({ name }) => name) };
}

export interface TrainingGraph {
  readonly model: Uint8Array;
  readonly loss: string;
  /** Gradient output by parameter name. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * Joint loss over the groups and its gradients. Blocks: Σ_groups Σ_tokens mean_features e(y − target), with e the
 * square or the absolute value; the sum keeps gradients clear of Adam's epsilon. Head: Σ_groups mean_tokens KL(softmax(target) ‖ softmax(y)). Input `target`: f32 [R, width].
 */
export function trainingGraph(
  stage: Stage,
  batch: BatchShape,
  scheme: ElasticScheme,
  zeroPoints: readonly (readonly boolean[])[],
  groups: readonly PrecisionGroup[],
  parameterNames: readonly string[],
  error: BlockError,
): TrainingGraph {
  const inputs = new GraphInputs(new GraphBuilder('training'));
  const { g } = inputs;
  const results = groupForwards(inputs, stage, batch, scheme, zeroPoints, groups);
  const target = inputs.f32(stageNames.target, results[0]!.shape as number[]);
  const losses = results.map((y) =>
    stage.kind === 'block' ? blockError(g, y, target, error) : klDivergenceLoss(g, target, y),
  );
  const loss = losses.reduce((sum, each) => add(g, sum, each));
  const parameters = parameterNames.map((name) => inputs.get(name));
  const slopes = gradients(g, loss, parameters);
  g.output(loss);
  for (const slope of slopes) g.output(slope);
  const names = new Map(parameterNames.map((name, i) => [name, slopes[i]!.name]));
  return { model: g.encode(), loss: loss.name, gradients: names };
}

/** Names of one plane's outputs in a planes graph. */
export interface PlaneOutputs {
  readonly target: string;
  readonly codes: string;
  readonly scales: string;
  readonly zeroPoints: string;
}

/** The planes themselves, for writing them down. Outputs per matrix and plane: those of GraphPlane. */
export function planesGraph(
  stage: Stage,
  scheme: ElasticScheme,
  zeroPoints: readonly (readonly boolean[])[],
): { model: Uint8Array; planes: readonly PlaneOutputs[][] } {
  const inputs = new GraphInputs(new GraphBuilder('planes'));
  const all = stage.matrices.map((matrix, m) => elasticPlanes(inputs, matrix, scheme, zeroPoints[m]!));
  const planes = all.map((ofMatrix) =>
    ofMatrix.map((plane) => {
      const outputs = [plane.target, plane.codes, plane.scales, plane.zeroPoints].map((value) => {
        const output = asOutput(inputs, value);
        inputs.g.output(output);
        return output.name;
      }) as [string, string, string, string];
      return { target: outputs[0], codes: outputs[1], scales: outputs[2], zeroPoints: outputs[3] };
    }),
  );
  return { model: inputs.g.encode(), planes };
}

function groupForwards(
  inputs: GraphInputs,
  stage: Stage,
  batch: BatchShape,
  scheme: ElasticScheme,
  zeroPoints: readonly (readonly boolean[])[],
  groups: readonly PrecisionGroup[],
): Value[] {
  const planes = stage.matrices.map((matrix, m) => elasticPlanes(inputs, matrix, scheme, zeroPoints[m]!));
  return groups.map((_, group) => {
    const linears = stage.matrices.map((matrix, m) =>
      groupLinear(inputs, matrix, planes[m]!, scheme, group, m),
    );
    return stageForward(inputs, stage, batch, linears);
  });
}

function groupLinear(
  inputs: GraphInputs,
  matrix: FusedMatrix,
  planes: readonly GraphPlane[],
  { liveRanks }: ElasticScheme,
  group: number,
  m: number,
): Linear {
  const on = (name: string) => inputs.f32(name, [1]);
  const switches = {
    planes: planes.slice(1).map((_, i) => on(stageNames.planeSwitch(group, m, i + 1))),
    live: liveRanks.map((rank, j) => ({
      rank: rank - (liveRanks[j - 1] ?? 0),
      on: on(stageNames.liveSwitch(group, m, j)),
    })),
  };
  return (x) => elasticProduct(inputs, x, matrix, planes, switches);
}

/** A constant cannot be an output: it is passed through an operation. */
function asOutput({ g }: GraphInputs, value: Value): Value {
  return mul(g, value, scalar(g, 1));
}
