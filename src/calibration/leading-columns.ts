import { type GraphBuilder, split, type Value } from '../onnx/index.ts';

/** The first `count` elements along the last axis of x. */
export function leadingColumns(g: GraphBuilder, x: Value, count: number): Value {
  const width = x.shape.at(-1) as number;
  if (width === count) return x;
  return split(g, x, g.int64(g.freshName('sizes'), [count, width - count]), [count, width - count])[0]!;
}
