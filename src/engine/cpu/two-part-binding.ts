import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { int64Tensor } from '../feeds/int64-tensor.ts';
import { NEW_CACHE_ROWS } from '../graph/two-part-attention.ts';
import type { AttentionBinding, BindingContext, CacheWindow, Feeds } from './attention-binding.ts';

/** Large enough to vanish in the softmax, small enough not to overflow when added to a score. */
const MASKED = -1e30;

/** Feeds the pool's rows read-only and stores the step's keys and values from the graph's one small output. */
export function twoPartBinding(context: BindingContext): AttentionBinding {
  const { pool, layers, heads, kvHeads, headDim, logitsName } = context;
  const group = heads / kvHeads;

  function feeds(window: CacheWindow): Feeds {
    const { start, count, lengths, newTokens: S } = window;
    const longest = Math.max(...lengths) + S;
    while (pool.capacity < longest) pool.grow(pool.capacity * 2);
    const rowFloats = kvHeads * pool.capacity * headDim;
    const view = (array: Float32Array) =>
      new Tensor('float32', array.subarray(start * rowFloats, (start + count) * rowFloats), [
        count,
        kvHeads,
        pool.capacity,
        headDim,
      ]);
    const all: Feeds = {
      positions: int64Tensor(
        lengths.flatMap((length) => Array.from({ length: S }, (_, s) => length + s)),
        [count, S],
      ),
      attention_mask: attentionMask(lengths, S),
      cache_split: int64Tensor([pool.capacity, S]),
      heads_grouped: int64Tensor([count, S, kvHeads, group, headDim]),
      query_grouped: int64Tensor([count, kvHeads, group * S, headDim]),
      key_heads: int64Tensor([count, S, kvHeads, headDim]),
      attended_grouped: int64Tensor([count, kvHeads, group, S, headDim]),
    };
    for (let layer = 0; layer < layers; layer++) {
      all[`past_key.${layer}`] = view(pool.keys[layer]!);
      all[`past_value.${layer}`] = view(pool.values[layer]!);
    }
    return all;
  }

  /** f32 [B, 1, G·S, C + S]: cached positions up to the row's length, then this step's causally. */
  function attentionMask(lengths: readonly number[], S: number): Tensor {
    const width = pool.capacity + S;
    const mask = new Float32Array(lengths.length * group * S * width);
    lengths.forEach((length, b) => {
      for (let row = 0; row < group * S; row++) {
        const at = (b * group * S + row) * width;
        mask.fill(MASKED, at + length, at + pool.capacity);
        mask.fill(MASKED, at + pool.capacity + (row % S) + 1, at + width);
      }
    });
    return new Tensor('float32', mask, [lengths.length, 1, group * S, width]);
  }

  async function run(
    session: InferenceSession,
    allFeeds: Feeds,
    logits: Float32Array,
    window: CacheWindow,
  ): Promise<void> {
    const results = await session.run(allFeeds);
    logits.set(results[logitsName]!.data as Float32Array);
    store(results[NEW_CACHE_ROWS]!.data as Float32Array, window);
  }

  function store(rows: Float32Array, { start, count, lengths, newTokens: S }: CacheWindow): void {
    const chunk = S * headDim;
    let from = 0;
    for (let layer = 0; layer < layers; layer++) {
      for (const array of [pool.keys[layer]!, pool.values[layer]!]) {
        for (let b = 0; b < count; b++) {
          for (let head = 0; head < kvHeads; head++, from += chunk) {
            const position = ((start + b) * kvHeads + head) * pool.capacity + lengths[b]!;
            array.set(rows.subarray(from, from + chunk), position * headDim);
          }
        }
      }
    }
  }

  return { feeds, run };
}
