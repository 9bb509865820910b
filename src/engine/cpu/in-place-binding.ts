import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { inPlaceCacheNames } from '../graph/in-place-attention.ts';
import type { AttentionBinding, BindingContext, CacheWindow, Feeds } from './attention-binding.ts';
import { runInPlace } from './in-place-session.ts';

interface CacheTensors {
  readonly feeds: Feeds;
  readonly fetches: Feeds;
}

/** Feeds the pool's rows as past and present of GroupQueryAttention, in the same memory. */
export function inPlaceBinding(context: BindingContext): AttentionBinding {
  const { pool, layers, kvHeads, headDim, vocabSize, logitsName, stopName } = context;
  if (stopName === null) throw new Error('in-place attention needs a stop output');
  // Tensors are views of fixed memory: made once per window, not once per step.
  const windows = new Map<number, CacheTensors>();

  function cacheTensors(start: number, count: number): CacheTensors {
    const key = start * (pool.slots + 1) + count;
    const known = windows.get(key);
    if (known) return known;
    const rowFloats = kvHeads * pool.capacity * headDim;
    const dims = [count, kvHeads, pool.capacity, headDim];
    const view = (array: Float32Array) =>
      new Tensor('float32', array.subarray(start * rowFloats, (start + count) * rowFloats), dims);
    const tensors: CacheTensors = { feeds: {}, fetches: {} };
    for (let layer = 0; layer < layers; layer++) {
      const names = inPlaceCacheNames(layer);
      const keys = view(pool.keys[layer]!);
      const values = view(pool.values[layer]!);
      Object.assign(tensors.feeds, { [names.pastKey]: keys, [names.pastValue]: values });
      Object.assign(tensors.fetches, { [names.presentKey]: keys, [names.presentValue]: values });
    }
    windows.set(key, tensors);
    return tensors;
  }

  function feeds(window: CacheWindow): Feeds {
    const { lengths, newTokens, start, count } = window;
    const last = Int32Array.from(lengths, (length) => length + newTokens - 1);
    const total = Int32Array.of(Math.max(...lengths) + newTokens);
    return {
      ...cacheTensors(start, count).feeds,
      last_positions: new Tensor('int32', last, [count]),
      total_length: new Tensor('int32', total, []),
    };
  }

  async function run(
    session: InferenceSession,
    allFeeds: Feeds,
    logits: Float32Array,
    window: CacheWindow,
  ): Promise<void> {
    const fetches = {
      ...cacheTensors(window.start, window.count).fetches,
      [logitsName]: new Tensor('float32', logits, [logits.length / vocabSize, vocabSize]),
    };
    await runInPlace(session, allFeeds, fetches, stopName!);
  }

  return { feeds, run };
}
