import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AdapterFacts,
  artefactEmbedding,
  artefactWeights,
  type DeviceRunnerOptions,
  deviceMemoryPlan,
  openDeviceRunner,
} from '../../../src/engine/index.ts';
import { type Artefact, openArtefact } from '../../../src/quant/index.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../support/tiny-artefact.ts';

const MIB = 2 ** 20;
const SMALL: AdapterFacts = {
  name: 'a small GPU',
  kind: 'hardware',
  shaderF16: true,
  memory: { bytes: 20 * MIB, of: 'device' },
};
const SOFTWARE: AdapterFacts = { ...SMALL, name: 'SwiftShader', kind: 'software' };

let tiny: TinyArtefact;
let artefact: Artefact;
beforeAll(async () => {
  tiny = await writeTinyArtefact({ contextLength: 64 });
  artefact = await openArtefact(tiny.directory, { verify: false });
});
afterAll(async () => {
  await artefact.close();
  await tiny.remove();
});

/** On a machine that has this adapter, or none for this reason. */
async function open(adapter: AdapterFacts | string, options: DeviceRunnerOptions) {
  const notes: string[] = [];
  let looked = 0;
  const found =
    typeof adapter === 'string' ? { facts: null, fault: adapter } : { facts: adapter, fault: 'none' };
  const opened = openDeviceRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
    slots: 2,
    devices: ['/dev/dri/renderD128'],
    onNote: (note) => notes.push(note),
    probe: async () => {
      looked++;
      return found;
    },
    ...options,
  });
  const device = await opened.then(async ({ runner, device, transfers }) => {
    await runner.close();
    expect(transfers()).toEqual({ uploadedBytes: 0, downloadedBytes: 0 });
    return device;
  });
  return { device, notes, looked };
}

describe('the device of a model', () => {
  test('is the processor where that is asked for, or nothing else is there: nobody looks further', async () => {
    const here = await open(SMALL, { device: 'cpu' });
    expect(here).toEqual({ device: { kind: 'cpu' }, notes: [], looked: 0 });
    expect(await open(SMALL, { device: 'auto', devices: [] })).toEqual(here);
    expect(await open(SMALL, { device: 'auto', devices: null })).toEqual(here);
  });

  test('[P3] is no software device by itself', async () => {
    const { device, notes } = await open(SOFTWARE, { device: 'auto' });
    expect(device).toEqual({ kind: 'cpu' });
    expect(notes).toEqual(['SwiftShader is not used, for it may be slow: set device webgpu']);
  });

  test('is the processor where a graphics device cannot be used, and why is told', async () => {
    const { device, notes } = await open('no driver', { device: 'auto' });
    expect(device).toEqual({ kind: 'cpu' });
    expect(notes).toEqual(['no graphics device is used: no driver']);
    await expect(open('no driver', { device: 'webgpu' })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringMatching(
        /^device webgpu: there is no WebGPU adapter here \(no driver\)\. Install/,
      ),
    });
  });

  test('[P3] is not one that the model does not fit: the sum is told, and auto serves on the processor', async () => {
    const refused = await open(SMALL, { device: 'webgpu' }).then(
      () => '',
      (error: Error) => error.message,
    );
    const [, weights, cache, work, sum, budget] =
      /weights (\d+) \+ keys and values of 2 slots of 64 tokens (\d+) \+ work (\d+) = (\d+) MiB, of (\d+) MiB/.exec(
        refused,
      ) ?? [];
    expect(refused).toContain('a small GPU');
    // Each is rounded up.
    expect(Number(weights) + Number(cache) + Number(work) - Number(sum)).toBeLessThanOrEqual(2);
    expect(Number(sum)).toBeGreaterThan(Number(budget));
    expect(budget).toBe('18');
    const { device, notes } = await open(SMALL, { device: 'auto' });
    expect(device).toEqual({ kind: 'cpu' });
    expect(notes).toEqual([expect.stringContaining(`= ${sum} MiB, of 18 MiB`)]);
    await expect(open(SMALL, { device: 'webgpu', deviceMemoryBytes: 5 * MIB })).rejects.toThrow('of 5 MiB');
  });

  test('a plan sums up every plane, scale and position', () => {
    const weights = artefactWeights(artefact);
    const { layers, kvHeads, headDim } = weights.architecture;
    const sizes = { rows: 3, capacity: 65, slots: 3, contextLength: 64 } as const;
    const full = deviceMemoryPlan(weights, { ...sizes, floatType: 'f32' });
    const half = deviceMemoryPlan(weights, { ...sizes, floatType: 'f16' });
    expect(full.cacheBytes).toBe(2 * layers * 3 * kvHeads * 65 * headDim * 4);
    expect(half.cacheBytes).toBe(full.cacheBytes / 2);
    expect(full.totalBytes).toBe(full.weightBytes + full.cacheBytes + full.workingBytes);
    const stored = artefact.manifest.architecture.vocabSize * artefact.manifest.architecture.hiddenSize;
    // Codes stay as they are, scales are halved.
    expect(half.weightBytes).toBeLessThan(full.weightBytes);
    expect(half.weightBytes).toBeGreaterThan(stored);
  });
});
