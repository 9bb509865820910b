import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { GateTensors } from '../../../../src/engine/feeds/gate-tensors.ts';
import { HiddenStates } from '../../../../src/engine/feeds/hidden-states.ts';
import { int64Tensor } from '../../../../src/engine/feeds/int64-tensor.ts';
import { buildElasticGraph, type FloatType } from '../../../../src/engine/graph/elastic-graph.ts';
import { inPlaceAttention } from '../../../../src/engine/graph/in-place-attention.ts';
import { artefactEmbedding, artefactWeights } from '../../../../src/engine/index.ts';
import { DeviceCache } from '../../../../src/engine/webgpu/device-cache.ts';
import { TransferMeter } from '../../../../src/engine/webgpu/transfer-meter.ts';
import { webGpuSessionOptions } from '../../../../src/engine/webgpu/webgpu-session-options.ts';
import { type Artefact, openArtefact } from '../../../../src/quant/index.ts';
import { hasSoftwareGpu, NEEDS_SOFTWARE_GPU, useSoftwareGpu } from '../../../support/software-gpu.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../../support/tiny-artefact.ts';

// A processor that plays a device is slow, and slower beside others.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const CAPACITY = 17;
const TOKENS = Int32Array.of(5, 17, 40, 99, 203);

let tiny: TinyArtefact;
let artefact: Artefact;
let folder: string;
beforeAll(async () => {
  useSoftwareGpu();
  tiny = await writeTinyArtefact({ contextLength: CAPACITY - 1 });
  artefact = await openArtefact(tiny.directory, { verify: false });
  folder = await mkdtemp(join(tmpdir(), 'quept-graph-'));
});
afterAll(async () => {
  await artefact.close();
  await tiny.remove();
  await rm(folder, { recursive: true });
});

function graphOf(floatType: FloatType) {
  const attention = inPlaceAttention;
  const fixed = { accuracyLevel: 0, maxLength: CAPACITY, stopOutput: false } as const;
  return buildElasticGraph(artefactWeights(artefact), { ...fixed, attention, floatType });
}

/** One row of `TOKENS` at the highest precision. */
async function promptFeeds(): Promise<Record<string, Tensor>> {
  const { architecture, ladder } = artefact.manifest;
  const hidden = new HiddenStates(await artefactEmbedding(artefact), architecture);
  const last = TOKENS.length - 1;
  return {
    hidden: hidden.of([{ slot: 0, tokens: TOKENS, logits: 'last' }], [0], 1),
    batch_shape: int64Tensor([1, TOKENS.length, -1]),
    logit_rows: int64Tensor([last]),
    last_positions: new Tensor('int32', Int32Array.of(last), [1]),
    total_length: new Tensor('int32', Int32Array.of(TOKENS.length), []),
    precision_gates: new GateTensors(artefactWeights(artefact).matrices).of(ladder.at(-1)!),
  };
}

describe('the graph in float16', () => {
  /** On the processor, which knows all of its operators in float16 or by way of float32. */
  async function logitsOnCpu(floatType: FloatType): Promise<Float32Array> {
    const graph = graphOf(floatType);
    const session = await InferenceSession.create(graph.model, {
      ...webGpuSessionOptions(tiny.directory),
      executionProviders: ['cpu'],
    });
    const { layers, kvHeads, headDim } = artefact.manifest.architecture;
    const dims = [1, kvHeads, CAPACITY, headDim];
    const size = kvHeads * CAPACITY * headDim;
    const cache = Array.from({ length: layers }, (_, layer) => [
      `past_key.${layer}`,
      `past_value.${layer}`,
    ]).flat();
    const empty = (): Tensor =>
      floatType === 'f32'
        ? new Tensor('float32', new Float32Array(size), dims)
        : new Tensor('float16', new Uint16Array(size), dims);
    const feeds = { ...(await promptFeeds()), ...Object.fromEntries(cache.map((name) => [name, empty()])) };
    const results = await session.run(feeds);
    await session.release();
    return results[graph.logitsName]!.data as Float32Array;
  }

  // What is served keeps float16 on the device; here the cache comes from the host.
  test('[P1] comes to the same as in float32, but for its rounding', async (context) => {
    if ('Float16Array' in globalThis)
      return context.skip('the runtime cannot pass the Float16Array of this Node');
    const [half, full] = [await logitsOnCpu('f16'), await logitsOnCpu('f32')];
    const largest = full.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    const worst = full.reduce((max, x, i) => Math.max(max, Math.abs(x - half[i]!)), 0);
    expect(worst / largest).toBeLessThan(0.01);
    // It did round.
    expect(worst / largest).toBeGreaterThan(1e-5);
  });
});

describe('a pass on a software device', () => {
  test('[P2] copies nothing between host and device but the inputs and the logits', async (context) => {
    if (!hasSoftwareGpu()) return context.skip(NEEDS_SOFTWARE_GPU);
    const graph = graphOf('f32');
    const session = await InferenceSession.create(graph.model, {
      ...webGpuSessionOptions(tiny.directory),
      enableProfiling: true,
      profileFilePrefix: join(folder, 'pass'),
    });
    const { architecture } = artefact.manifest;
    const meter = new TransferMeter();
    const cache = await DeviceCache.create(
      { ...architecture, rows: 2, capacity: CAPACITY, floatType: 'f32' },
      meter,
    );
    const { feeds, fetches } = cache.binding(1);
    const results = await meter.run(
      session,
      { ...(await promptFeeds()), ...feeds },
      { [graph.logitsName]: null, ...fetches },
    );
    const located = Object.entries(results).map(([name, { location }]) => [name, location]);
    expect(Object.fromEntries(located)).toEqual({
      [graph.logitsName]: 'cpu',
      ...Object.fromEntries(Object.keys(fetches).map((name) => [name, 'gpu-buffer'])),
    });
    expect(Object.keys(fetches)).toHaveLength(2 * architecture.layers);
    session.endProfiling();
    const nodes = await profiledNodes();
    expect(nodes.filter(({ provider }) => provider === 'CPUExecutionProvider').map(({ op }) => op)).toEqual([
      // Of the gates, whose parts the host must know to choose a branch.
      'Split',
    ]);
    expect(nodes.filter(({ op }) => op === 'MatMulNBits').length).toBe(2 * artefact.matrices.length);
    expect(nodes.filter(({ op }) => op.startsWith('Memcpy'))).toEqual([]);
    await cache.close();
    await session.release();
  });

  /** Kernels that ran, by the profile of the session. */
  async function profiledNodes(): Promise<{ op: string; provider: string }[]> {
    const [file] = (await readdir(folder)).filter((name) => name.startsWith('pass'));
    const events = JSON.parse(await readFile(join(folder, file ?? ''), 'utf8')) as {
      cat: string;
      name: string;
      args?: { op_name?: string; provider?: string };
    }[];
    return events
      .filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
      .map(({ args }) => ({ op: args?.op_name ?? '', provider: args?.provider ?? '' }));
  }
});
