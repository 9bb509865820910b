import type { FusedMatrix } from '../core/index.ts';
import {
  abs,
  add,
  clamp,
  concat,
  div,
  expandTo,
  type GraphBuilder,
  matMul,
  matMulTransposed,
  mul,
  neg,
  reduceMax,
  reshapeTo,
  roundDetached,
  roundStraightThrough,
  scalar,
  sigmoid,
  sub,
  type Value,
} from '../onnx/index.ts';
import type { PlaneBits } from '../quant/index.ts';
import type { GraphInputs } from './graph-inputs.ts';
import { leadingColumns } from './leading-columns.ts';

/** How the matrices of a model are calibrated. */
export interface ElasticScheme {
  /** Bits of each plane, base first. */
  readonly planeBits: readonly PlaneBits[];
  readonly block: number;
  /** Ranks of the fused cascade seen by each depth, base first, not ascending; all zero for none. */
  readonly fusedRanks: readonly number[];
  /** Prefix ranks of the live cascade, ascending; empty for none. */
  readonly liveRanks: readonly number[];
  /** Whether the clipping factors learn. */
  readonly clipping: boolean;
}

/** One plane of one matrix in a calibration graph. */
export interface GraphPlane {
  /** What the plane has to code, f32 [n, blocks, block], padded with zeros at the end of each row. */
  readonly target: Value;
  /** Whole numbers in f32, [n, blocks, block], padded at the end of each row. */
  readonly codes: Value;
  /** f32 [n, blocks, 1]. */
  readonly scales: Value;
  /** f32 [n, blocks, 1]; a constant where the plane has no zero points. */
  readonly zeroPoints: Value;
  /** (codes − zeroPoints)·scales as f32 [n, k]. */
  readonly weights: Value;
}

/** Names of a matrix's inputs to a calibration graph. */
export const inputNames = {
  weights: (matrix: string) => `${matrix}.weights`,
  low: (matrix: string, plane: number) => `${matrix}.plane${plane}.low`,
  high: (matrix: string, plane: number) => `${matrix}.plane${plane}.high`,
  clipLow: (matrix: string, plane: number) => `${matrix}.plane${plane}.beta`,
  clipHigh: (matrix: string, plane: number) => `${matrix}.plane${plane}.alpha`,
  fusedA: (matrix: string) => `${matrix}.fused.a`,
  fusedB: (matrix: string) => `${matrix}.fused.b`,
  liveA: (matrix: string, segment: number) => `${matrix}.live${segment}.a`,
  liveB: (matrix: string, segment: number) => `${matrix}.live${segment}.b`,
};

/**
 * The planes of a matrix as differentiable functions of its parameters:
 * Pᵢ = Q(W + R_i − Σ_{j<i} P_j), R_i = B[:, :rᵢ]·A[:rᵢ].
 *
 * Inputs: weights f32 [n, k]; per plane low and high f32 [n, blocks, 1], the range to start from as a
 * share of the largest weight of the group. Parameters:
 * alpha (and beta where the plane has zero points) f32 [n, blocks, 1]; fused.a f32 [k, r], fused.b f32 [n, r].
 */
export function elasticPlanes(
  inputs: GraphInputs,
  { name, n, k }: FusedMatrix,
  scheme: ElasticScheme,
  zeroPoints: readonly boolean[],
): GraphPlane[] {
  const { g } = inputs;
  const weights = inputs.f32(inputNames.weights(name), [n, k]);
  const offsets = fusedOffsets(inputs, { name, n, k }, scheme);
  const planes: GraphPlane[] = [];
  let sum: Value | null = null;
  for (const [i, bits] of scheme.planeBits.entries()) {
    const offset = offsets[i];
    const aim = offset ? add(g, weights, offset) : weights;
    const grouped = inGroups(g, sum ? sub(g, aim, sum) : aim, scheme.block);
    const grid = quantizerGrid(inputs, name, i, grouped, bits, scheme, zeroPoints[i]!);
    const plane = quantizedPlane(g, grouped, k, grid);
    planes.push(plane);
    sum = sum ? add(g, sum, plane.weights) : plane.weights;
  }
  return planes;
}

/** B[:, :r]·A[:r] for the rank of each depth, f32 [n, k]; null for rank 0. */
function fusedOffsets(
  inputs: GraphInputs,
  { name, n, k }: FusedMatrix,
  { fusedRanks }: ElasticScheme,
): (Value | null)[] {
  const most = fusedRanks[0]!;
  if (most === 0) return fusedRanks.map(() => null);
  const { g } = inputs;
  const a = inputs.f32(inputNames.fusedA(name), [k, most]);
  const b = inputs.f32(inputNames.fusedB(name), [n, most]);
  return fusedRanks.map((rank) =>
    rank === 0 ? null : matMulTransposed(g, leadingColumns(g, b, rank), leadingColumns(g, a, rank)),
  );
}

interface QuantizerGrid {
  readonly scales: Value;
  readonly zeroPoints: Value;
  /** Largest code. */
  readonly top: number;
}

/** What a group's reach is measured from when all its weights are 0: keeps its scale off 0. */
export const LEAST_REACH = 1e-12;

/**
 * Learned clipping: the range follows the reach of what the plane has to code at this step,
 * m = max|target| of the group (a constant to differentiation), as high·m·2σ(α) and low·m·2σ(β); α = β = 0 is
 * where rounding alone starts. A fixed range would cut off the upper planes as soon as the cascade moves the
 * lower ones. Without zero points the range is symmetric and α alone scales it.
 *
 * @param grouped f32 [n, blocks, block]
 */
function quantizerGrid(
  inputs: GraphInputs,
  name: string,
  plane: number,
  grouped: Value,
  bits: number,
  { clipping }: ElasticScheme,
  hasZeroPoints: boolean,
): QuantizerGrid {
  const shape = [...(grouped.shape.slice(0, 2) as number[]), 1];
  const top = 2 ** bits - 1;
  const { g } = inputs;
  const reach = add(g, reduceMax(g, abs(g, grouped), [2]), scalar(g, LEAST_REACH));
  const learned = (range: string, parameter: string) => {
    const start = mul(g, inputs.f32(range, shape), reach);
    return clipping ? mul(g, start, mul(g, sigmoid(g, inputs.f32(parameter, shape)), scalar(g, 2))) : start;
  };
  const high = learned(inputNames.high(name, plane), inputNames.clipHigh(name, plane));
  if (!hasZeroPoints) {
    const half = 2 ** (bits - 1);
    return { scales: div(g, high, scalar(g, top - half)), zeroPoints: scalar(g, half), top };
  }
  const low = learned(inputNames.low(name, plane), inputNames.clipLow(name, plane));
  const scales = div(g, sub(g, high, low), scalar(g, top));
  const zeroPoints = roundDetached(g, clamp(g, div(g, neg(g, low), scales), 0, top));
  return { scales, zeroPoints, top };
}

/** f32 [n, k] to [n, blocks, block], rows padded with zeros. */
function inGroups(g: GraphBuilder, target: Value, block: number): Value {
  const [n, k] = target.shape as [number, number];
  const blocks = Math.ceil(k / block);
  const padding = blocks * block - k;
  const padded =
    padding === 0 ? target : concat(g, [target, expandTo(g, scalar(g, 0), [n, padding])], -1, blocks * block);
  return reshapeTo(g, padded, [n, blocks, block]);
}

/** Codes are clamped hard; rounding passes gradients straight through; scales carry those of clipping. */
function quantizedPlane(
  g: GraphBuilder,
  grouped: Value,
  k: number,
  { scales, zeroPoints, top }: QuantizerGrid,
): GraphPlane {
  const [n, blocks, block] = grouped.shape as [number, number, number];
  const places = add(g, roundStraightThrough(g, div(g, grouped, scales)), zeroPoints);
  const codes = clamp(g, places, 0, top);
  const values = reshapeTo(g, mul(g, sub(g, codes, zeroPoints), scales), [n, blocks * block]);
  return { target: grouped, codes, scales, zeroPoints, weights: leadingColumns(g, values, k) };
}

/** Which terms of a matrix a training group runs, as scalars that are fed per step. */
export interface TermSwitches {
  /** f32 [1] for each plane above the base: 1 adds it. */
  readonly planes: readonly Value[];
  /** The segments of the live cascade: their ranks, and f32 [1] that switches each. */
  readonly live: readonly { readonly rank: number; readonly on: Value }[];
}

/** y = (P₀ + Σ switched Pᵢ)·x + Σ switched B_j·(A_j·x) for x f32 [R, k]; returns f32 [R, n]. */
export function elasticProduct(
  inputs: GraphInputs,
  x: Value,
  { name, n, k }: FusedMatrix,
  planes: readonly GraphPlane[],
  switches: TermSwitches,
): Value {
  const { g } = inputs;
  const weights = planes
    .slice(1)
    .reduce((sum, plane, i) => add(g, sum, mul(g, plane.weights, switches.planes[i]!)), planes[0]!.weights);
  return switches.live.reduce(
    (sum, { rank, on }, j) => {
      const a = inputs.f32(inputNames.liveA(name, j), [k, rank]);
      const b = inputs.f32(inputNames.liveB(name, j), [n, rank]);
      return add(g, sum, mul(g, matMulTransposed(g, matMul(g, x, a), b), on));
    },
    matMulTransposed(g, x, weights),
  );
}
