import { totalmem } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { add, cast, GraphBuilder } from '../../onnx/index.ts';
import { quantizedProductsAreRight } from '../quantized-product.ts';
import type { AdapterFacts } from './adapter-facts.ts';
import { linuxAdapter, ownProcessView } from './linux-adapter.ts';
import { webGpuSessionOptions } from './webgpu-session-options.ts';

/** Of ONNX Runtime's log: a kernel that is refused is an answer here. */
const SILENT = 4;

/**
 * Opens the device that WebGPU takes, computes on it, and says what it is. Throws what the runtime throws, which is to
 * say that there is none, and Error when it computes wrong.
 */
export async function describeAdapter(): Promise<AdapterFacts> {
  if (!(await quantizedProductsAreRight(webGpuSessionOptions(null)))) {
    throw new Error('it computes wrong products');
  }
  const float16 = float16Graph();
  const session = await InferenceSession.create(float16.model, {
    ...webGpuSessionOptions(null),
    logSeverityLevel: SILENT,
  });
  try {
    // While the session holds the device: what it holds open tells which one it is.
    const seen = device();
    return { ...seen, shaderF16: await doubles(session, float16.output) };
  } finally {
    await session.release();
  }
}

function device(): Omit<AdapterFacts, 'shaderF16'> {
  switch (process.platform) {
    case 'linux':
      return linuxAdapter(ownProcessView());
    case 'darwin':
      // Metal has no devices but real ones, and they share the processor's memory.
      return { name: 'Apple GPU', kind: 'hardware', memory: { bytes: totalmem(), of: 'system' } };
    default:
      return { name: 'an unknown device', kind: 'unknown', memory: null };
  }
}

/** x f32 [1] → 2x, by way of float16. */
function float16Graph(): { readonly model: Uint8Array; readonly output: string } {
  const g = new GraphBuilder('float16');
  const half = cast(g, g.input('x', 'f32', [1]), 'f16');
  const twice = cast(g, add(g, half, half), 'f32');
  g.output(twice);
  return { model: g.encode(), output: twice.name };
}

/** The runtime refuses float16 kernels where the device lacks them. */
async function doubles(session: InferenceSession, output: string): Promise<boolean> {
  try {
    const results = await session.run({ x: new Tensor('float32', Float32Array.of(1.5), [1]) });
    return (results[output]!.data as Float32Array)[0] === 3;
  } catch {
    return false;
  }
}
