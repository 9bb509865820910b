import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphBuilder, Value } from '../../src/onnx/index.ts';

/** Feeds by input name: f32 for Float32Array, int64 for BigInt64Array. */
export type Feeds = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array | BigInt64Array }>
>;

/** Runs the graph once on the CPU and returns the elements of `outputs`, which become its graph outputs. */
export async function runGraph(
  g: GraphBuilder,
  outputs: readonly Value[],
  feeds: Feeds,
): Promise<Float32Array[]> {
  for (const output of outputs) g.output(output);
  const session = await InferenceSession.create(g.encode(), { intraOpNumThreads: 1 });
  try {
    const tensors = Object.entries(feeds).map(([name, { shape, data }]) => {
      const type = data instanceof Float32Array ? 'float32' : 'int64';
      return [name, new Tensor(type, data, shape)] as const;
    });
    const results = await session.run(Object.fromEntries(tensors));
    return outputs.map((output) => {
      const result = results[output.name]!;
      if (String(result.dims) !== String(output.shape)) {
        throw new Error(`${output.name} came as [${result.dims}], declared as [${output.shape}]`);
      }
      return result.data as Float32Array;
    });
  } finally {
    await session.release();
  }
}
