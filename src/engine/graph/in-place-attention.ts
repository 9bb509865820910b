import { groupQueryAttention, reshape, type Value } from '../../onnx/index.ts';
import type { AttentionBuilder, AttentionContext, ProjectedHeads } from './attention.ts';

/** Names of the cache tensors of a layer: inputs, then the outputs bound to the same memory. */
export function inPlaceCacheNames(layer: number) {
  return {
    pastKey: `past_key.${layer}`,
    pastValue: `past_value.${layer}`,
    presentKey: `present_key.${layer}`,
    presentValue: `present_value.${layer}`,
  };
}

/**
 * GroupQueryAttention with past and present in the same memory: new keys and values are written behind each
 * row's length, and each row attends over its own length only, however long its neighbours are.
 *
 * Inputs: past_key.{l}, past_value.{l} [B, kvHeads, C, headDim] of the
 * graph's float type; last_positions i32 [B]; total_length i32 [].
 * Outputs: present_key.{l}, present_value.{l}.
 */
export function inPlaceAttention(context: AttentionContext): AttentionBuilder {
  const { g, architecture, cos, sin, batchShape } = context;
  const { heads, kvHeads, headDim } = architecture;
  const lastPositions = g.input('last_positions', 'i32', ['B']);
  const totalLength = g.input('total_length', 'i32', []);
  const flat = g.int64('attended_flat', [-1, heads * headDim]);
  const presents: Value[] = [];
  const batched = (x: Value) => reshape(g, x, batchShape, ['B', 'S', x.shape[1]!]);

  function layer(index: number, projected: ProjectedHeads): Value {
    const names = inPlaceCacheNames(index);
    const cacheShape = ['B', kvHeads, 'C', headDim];
    const separate = projected.kind === 'separate';
    const query = separate ? projected.q : projected.qkv;
    const { attended, presentKey, presentValue } = groupQueryAttention(
      g,
      {
        query: batched(query),
        key: separate ? batched(projected.k) : null,
        value: separate ? batched(projected.v) : null,
        pastKey: g.input(names.pastKey, query.type, cacheShape),
        pastValue: g.input(names.pastValue, query.type, cacheShape),
        lastPositions,
        totalLength,
        cos,
        sin,
      },
      { heads, kvHeads, headDim },
      [names.presentKey, names.presentValue],
    );
    presents.push(presentKey, presentValue);
    return reshape(g, attended, flat, ['R', heads * headDim]);
  }

  function finish(): void {
    for (const present of presents) g.output(present);
  }

  return { layer, finish };
}
