import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { KvPool } from './kv-pool.ts';

/** Tensors by input or output name. */
export type Feeds = Record<string, Tensor>;

/** A decode or prefill pass over adjacent rows of the pool. */
export interface CacheWindow {
  /** First row. */
  readonly start: number;
  /** Rows, B. */
  readonly count: number;
  /** Committed length of each row, in row order. */
  readonly lengths: readonly number[];
  /** New tokens per row, S. */
  readonly newTokens: number;
}

/** Joins a graph's attention to the pool: what to feed, and how the new keys and values get stored. */
export interface AttentionBinding {
  feeds(window: CacheWindow): Feeds;
  /** Runs the session; afterwards `logits` and the new cache positions are written. */
  run(session: InferenceSession, feeds: Feeds, logits: Float32Array, window: CacheWindow): Promise<void>;
}

export interface BindingContext {
  readonly pool: KvPool;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly logitsName: string;
  readonly stopName: string | null;
}
