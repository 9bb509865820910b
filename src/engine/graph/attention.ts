import type { ModelArchitecture } from '../../core/index.ts';
import type { GraphBuilder, Value } from '../../onnx/index.ts';

/** Values every attention layer shares. Letters: B rows of a batch, S new tokens per row, R = B·S. */
export interface AttentionContext {
  readonly g: GraphBuilder;
  readonly architecture: ModelArchitecture;
  readonly cos: Value;
  readonly sin: Value;
  /** int64 [3] input holding (B, S, −1): reshapes rows [R, features] to [B, S, features]. */
  readonly batchShape: Value;
}

/** Queries, keys, values of the new tokens, before rotation, floats [R, heads·headDim] or [R, kvHeads·headDim]. */
export type ProjectedHeads =
  | { readonly kind: 'packed'; readonly qkv: Value }
  | { readonly kind: 'separate'; readonly q: Value; readonly k: Value; readonly v: Value };

/** One way to attend over the KV cache. Made once per graph; declares its own inputs and outputs. */
export interface AttentionBuilder {
  /** Attention of one layer; returns [R, heads·headDim] of the same type. */
  layer(index: number, heads: ProjectedHeads): Value;
  /** Declares what the graph returns of the cache; called once after the last layer. */
  finish(): void;
}

export type AttentionFactory = (context: AttentionContext) => AttentionBuilder;
