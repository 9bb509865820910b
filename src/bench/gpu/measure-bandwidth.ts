import { InferenceSession, Tensor } from 'onnxruntime-node';
import { webGpuSessionOptions } from '../../engine/index.ts';
import { median } from '../../numerics/index.ts';
import { add, expand, GraphBuilder, gatherRows, type Value } from '../../onnx/index.ts';

const ROW = 1024;
const FLOAT_BYTES = 4;
/** Sums in the longer chain beyond the one of the shorter. */
const CHAIN = 16;
const RUNS = 7;

/**
 * Bandwidth of the device's memory as a plain sum sees it, bytes per second: y = x + x on `bytes` bytes, sixteen times
 * one after the other, in the time that a chain of seventeen takes longer than one of one. Each reads and writes `bytes`.
 * Null where noise is more than that.
 *
 * Allocates some 4 · `bytes` on the device, and frees them.
 */
export async function measureBandwidth(bytes: number): Promise<number | null> {
  const rows = Math.floor(bytes / (ROW * FLOAT_BYTES));
  const maker = zerosGraph();
  const allocator = await InferenceSession.create(maker.model, {
    ...webGpuSessionOptions(null),
    preferredOutputLocation: 'gpu-buffer',
  });
  const made = await allocator.run({ sizes: int64([rows, ROW]) });
  const x = made[maker.output] as Tensor;
  const short = await chainTime(x, 1);
  const long = await chainTime(x, 1 + CHAIN);
  x.dispose();
  await allocator.release();
  const ms = (long - short) / CHAIN;
  return ms > 0 ? (2 * rows * ROW * FLOAT_BYTES) / (ms / 1000) : null;
}

/** Median over runs, milliseconds. One row comes to the host, or nothing would wait for the device. */
async function chainTime(x: Tensor, sums: number): Promise<number> {
  const g = new GraphBuilder('chain');
  let y: Value = g.input('x', 'f32', ['rows', ROW]);
  const row = g.input('row', 'i64', [1]);
  for (let i = 0; i < sums; i++) y = add(g, y, y);
  g.output(gatherRows(g, y, row));
  const session = await InferenceSession.create(g.encode(), webGpuSessionOptions(null));
  const times: number[] = [];
  for (let i = 0; i <= RUNS; i++) {
    const from = performance.now();
    await session.run({ x, row: int64([0]) });
    // The first compiles.
    if (i > 0) times.push(performance.now() - from);
  }
  await session.release();
  return median(times);
}

/** sizes int64 [2] → zeros of these sizes, made on the device. */
function zerosGraph(): { readonly model: Uint8Array; readonly output: string } {
  const g = new GraphBuilder('zeros');
  const zero = g.constant('zero', 'f32', [1, 1], new Uint8Array(FLOAT_BYTES));
  const zeros = expand(g, zero, g.input('sizes', 'i64', [2]), ['rows', ROW]);
  g.output(zeros);
  return { model: g.encode(), output: zeros.name };
}

function int64(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}
