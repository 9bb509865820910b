import { Tensor } from 'onnxruntime-node';

/** An int64 tensor, 1-D unless `dims` says otherwise. Allocates. */
export function int64Tensor(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}
