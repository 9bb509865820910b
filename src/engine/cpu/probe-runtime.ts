import { env } from 'onnxruntime-node';
import { quantizedProductsAreRight } from '../quantized-product.ts';

export interface RuntimeFacts {
  readonly version: string;
  /** Products by 4-bit and 8-bit matrices, in the arithmetic that models run in, came out as they should. */
  readonly isRight: boolean;
}

/** Loads ONNX Runtime and runs small graphs. Throws what the runtime throws. */
export async function probeRuntime(): Promise<RuntimeFacts> {
  const isRight = await quantizedProductsAreRight({ intraOpNumThreads: 1 });
  return { version: env.versions.node ?? env.versions.common, isRight };
}
