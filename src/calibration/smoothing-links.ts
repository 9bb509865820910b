import { blockVector } from './block-graph.ts';
import type { Stage } from './stage.ts';

/**
 * A matrix whose input channels can be scaled by s, and what can be divided by s to make up for it. Channel j
 * is output unit `units[j]` of the feeding layer, so channels that one unit feeds share their scale.
 */
export interface SmoothingLink {
  /** Index of the matrix within its stage. */
  readonly matrix: number;
  /** Unit of each input channel, i32 [k]; each of 0..unitCount−1 occurs. */
  readonly units: Int32Array;
  readonly unitCount: number;
  /** Matrix whose row `from` + u makes unit u; null where a norm alone feeds the channels. */
  readonly rows: { readonly matrix: number; readonly from: number } | null;
  /** Vectors whose element `from` + u is a factor or a summand of unit u, by graph input name. */
  readonly vectors: readonly { readonly name: string; readonly from: number }[];
}

const [QKV, O, GATE_UP, DOWN] = [0, 1, 2, 3];
const HEAD = 0;

/**
 * What can be smoothed in a stage, in the order to do it: links that change rows of a matrix come before that
 * matrix is smoothed itself, so that each search sees the rows as they will be rounded.
 *
 * A tied head is left alone: its planes are the embedding too, which must stay what it is.
 */
export function smoothingLinks({ kind, architecture: a }: Stage): SmoothingLink[] {
  if (kind === 'head') return a.tiedEmbedding ? [] : [normLink(HEAD, 'final_norm', a.hiddenSize)];
  return [
    valueLink(a),
    {
      // silu(gate)·up is linear in up.
      matrix: DOWN,
      ...ownUnits(a.intermediateSize),
      rows: { matrix: GATE_UP, from: a.intermediateSize },
      vectors: [],
    },
    normLink(QKV, 'attention_norm', a.hiddenSize),
    normLink(GATE_UP, 'mlp_norm', a.hiddenSize),
  ];
}

/** Attention mixes values over tokens, never over features; the query heads of a group read one value head. */
function valueLink({ heads, kvHeads, headDim, qkvBias }: Stage['architecture']): SmoothingLink {
  const group = heads / kvHeads;
  const from = (heads + kvHeads) * headDim;
  const units = Int32Array.from({ length: heads * headDim }, (_, j) => {
    const head = Math.floor(j / headDim);
    return Math.floor(head / group) * headDim + (j % headDim);
  });
  return {
    matrix: O,
    units,
    unitCount: kvHeads * headDim,
    rows: { matrix: QKV, from },
    vectors: qkvBias ? [{ name: blockVector('qkv_bias'), from }] : [],
  };
}

function normLink(matrix: number, norm: string, width: number): SmoothingLink {
  return { matrix, ...ownUnits(width), rows: null, vectors: [{ name: blockVector(norm), from: 0 }] };
}

function ownUnits(width: number): Pick<SmoothingLink, 'units' | 'unitCount'> {
  return { units: Int32Array.from({ length: width }, (_, j) => j), unitCount: width };
}
