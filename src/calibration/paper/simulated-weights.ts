import type { FusedMatrix, WeightSource } from '../../core/index.ts';
import type { Simulation } from './open-simulation.ts';
import { paperNames } from './paper-names.ts';
import { blockMatrices, groupOf, scaleBlock } from './paper-scheme.ts';
import { roundRows } from './round-rows.ts';

/**
 * A checkpoint as it computes at one bit-width: rows of a block's matrices are Ŵ_b = Q_b(W + R), with the cascade
 * and clipping of `simulation`. Embedding, head and vectors are the checkpoint's own.
 *
 * Closing it closes nothing: checkpoint and simulation stay their owner's.
 */
export function simulatedWeights(source: WeightSource, simulation: Simulation, width: number): WeightSource {
  return roundedWeights(source, async (matrix, rows, from, to) => {
    const { rank } = groupOf(simulation.scheme, width);
    if (rank > 0) await addCascade(simulation, matrix, rows, from, to, rank);
    const kept = async (name: string) => (await simulation.read(name, from, to)).map(sigmoid);
    roundRows(rows, matrix.k, {
      width,
      block: scaleBlock(width, matrix.k),
      keptHigh: await kept(paperNames.alpha(matrix.name, width)),
      keptLow: await kept(paperNames.beta(matrix.name, width)),
    });
  });
}

/**
 * The same checkpoint and width without anything learned: plain min–max rounding, on the same groups of weights,
 * with nothing clipped.
 */
export function minMaxWeights(source: WeightSource, width: number): WeightSource {
  return roundedWeights(source, async ({ k }, rows, from, to) => {
    const block = scaleBlock(width, k);
    const kept = new Float32Array((to - from) * Math.ceil(k / block)).fill(1);
    roundRows(rows, k, { width, block, keptHigh: kept, keptLow: kept });
  });
}

type RoundRows = (matrix: FusedMatrix, rows: Float32Array, from: number, to: number) => Promise<void>;

function roundedWeights(source: WeightSource, round: RoundRows): WeightSource {
  const { architecture } = source;
  const rounded = new Map(blockMatrices(architecture).map((matrix) => [matrix.name, matrix]));
  return {
    architecture,
    async readMatrixRows(name, from, to) {
      const rows = await source.readMatrixRows(name, from, to);
      const matrix = rounded.get(name);
      if (matrix) await round(matrix, rows, from, to);
      return rows;
    },
    readVector: (name) => source.readVector(name),
    async close() {},
  };
}

/** rows += b[from:to, :rank]·a[:, :rank]ᵀ. */
async function addCascade(
  simulation: Simulation,
  { name, k }: FusedMatrix,
  rows: Float32Array,
  from: number,
  to: number,
  rank: number,
): Promise<void> {
  const stride = simulation.scheme[0]!.rank;
  const a = await simulation.read(paperNames.a(name), 0, k);
  const b = await simulation.read(paperNames.b(name), from, to);
  for (let row = 0; row < to - from; row++) {
    for (let column = 0; column < k; column++) {
      let sum = 0;
      for (let j = 0; j < rank; j++) sum += b[row * stride + j]! * a[column * stride + j]!;
      rows[row * k + column]! += Math.fround(sum);
    }
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
