import {
  add,
  concat,
  matMul,
  matMulTransposed,
  reshape,
  rotaryEmbedding,
  softmax,
  split,
  transpose,
  type Value,
} from '../../onnx/index.ts';
import type { AttentionBuilder, AttentionContext, ProjectedHeads } from './attention.ts';

/** Name of the output that holds the step's new keys and values. */
export const NEW_CACHE_ROWS = 'new_cache_rows';

/**
 * Attention over cached keys and values plus those of this step, as two matrix products joined before the
 * softmax. The cache is only read; the new rows are returned for the caller to store. Every row pays for the
 * capacity C of the cache, whatever its own length.
 *
 * Inputs: past_key.{l}, past_value.{l} f32 [B, kvHeads, C, headDim]; positions int64 [B, S];
 * attention_mask f32 [B, 1, G·S, C+S] (G = heads/kvHeads; 0 or −inf-like); cache_split int64 [2] = (C, S);
 * and the reshape sizes heads_grouped (B, S, kvHeads, G, headDim), query_grouped (B, kvHeads, G·S, headDim),
 * key_heads (B, S, kvHeads, headDim), attended_grouped (B, kvHeads, G, S, headDim).
 * Output: new_cache_rows f32 [2·layers·B, kvHeads, S, headDim], keys then values, layer by layer.
 */
export function twoPartAttention(context: AttentionContext): AttentionBuilder {
  const { g, architecture, cos, sin, batchShape } = context;
  const { heads, kvHeads, headDim } = architecture;
  const positions = g.input('positions', 'i64', ['B', 'S']);
  const mask = g.input('attention_mask', 'f32', ['B', 1, 'GS', 'C+S']);
  const cacheSplit = g.input('cache_split', 'i64', [2]);
  const shapes = {
    headsGrouped: g.input('heads_grouped', 'i64', [5]),
    queryGrouped: g.input('query_grouped', 'i64', [4]),
    keyHeads: g.input('key_heads', 'i64', [4]),
    attendedGrouped: g.input('attended_grouped', 'i64', [5]),
    flat: g.int64('attended_flat', [-1, heads * headDim]),
    qkv: g.int64('projected_sizes', [heads * headDim, kvHeads * headDim, kvHeads * headDim]),
  };
  const newRows: Value[] = [];

  const rotated = (x: Value, count: number) =>
    rotaryEmbedding(g, reshape(g, x, batchShape, ['B', 'S', count * headDim]), positions, cos, sin, count);
  const byHead = (x: Value) =>
    transpose(g, reshape(g, x, shapes.keyHeads, ['B', 'S', kvHeads, headDim]), [0, 2, 1, 3]);

  function unpack(projected: ProjectedHeads): { q: Value; k: Value; v: Value } {
    if (projected.kind === 'separate') return projected;
    const widths = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
    const [q, k, v] = split(g, projected.qkv, shapes.qkv, widths);
    return { q: q!, k: k!, v: v! };
  }

  function layer(index: number, projected: ProjectedHeads): Value {
    const { q, k, v } = unpack(projected);
    const grouped = reshape(g, rotated(q, heads), shapes.headsGrouped, [
      'B',
      'S',
      kvHeads,
      heads / kvHeads,
      headDim,
    ]);
    const query = reshape(g, transpose(g, grouped, [0, 2, 3, 1, 4]), shapes.queryGrouped, [
      'B',
      kvHeads,
      'GS',
      headDim,
    ]);
    const newKey = byHead(rotated(k, kvHeads));
    const newValue = byHead(v);
    newRows.push(newKey, newValue);
    const pastKey = g.input(`past_key.${index}`, 'f32', ['B', kvHeads, 'C', headDim]);
    const pastValue = g.input(`past_value.${index}`, 'f32', ['B', kvHeads, 'C', headDim]);

    const alpha = 1 / Math.sqrt(headDim);
    const scores = [matMulTransposed(g, query, pastKey, alpha), matMulTransposed(g, query, newKey, alpha)];
    const weights = softmax(g, add(g, concat(g, scores, -1, 'C+S'), mask));
    const [onPast, onNew] = split(g, weights, cacheSplit, ['C', 'S']);
    const attended = add(g, matMul(g, onPast!, pastValue), matMul(g, onNew!, newValue));
    const ungrouped = reshape(g, attended, shapes.attendedGrouped, [
      'B',
      kvHeads,
      heads / kvHeads,
      'S',
      headDim,
    ]);
    return reshape(g, transpose(g, ungrouped, [0, 3, 1, 2, 4]), shapes.flat, ['R', heads * headDim]);
  }

  function finish(): void {
    const shape = ['rows', kvHeads, 'S', headDim];
    g.namedNode(
      { opType: 'Concat', inputs: newRows, outputs: [{ type: 'f32', shape }], attributes: { axis: 0 } },
      [NEW_CACHE_ROWS],
    );
    g.output({ name: NEW_CACHE_ROWS, type: 'f32', shape });
  }

  return { layer, finish };
}
