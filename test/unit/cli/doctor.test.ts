import { describe, expect, it } from 'vitest';
import { checkAdapter } from '../../../src/cli/doctor/check-adapter.ts';
import { checkClock } from '../../../src/cli/doctor/check-clock.ts';
import { checkDescriptors } from '../../../src/cli/doctor/check-descriptors.ts';
import { checkMemory, memoryNeed } from '../../../src/cli/doctor/check-memory.ts';
import { checkNode } from '../../../src/cli/doctor/check-node.ts';
import { checkProcessor } from '../../../src/cli/doctor/check-processor.ts';
import type { Machine } from '../../../src/cli/doctor/machine.ts';
import type { Device } from '../../../src/core/index.ts';
import type { AdapterFacts } from '../../../src/engine/index.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const GIB = 2 ** 30;
const MACHINE: Machine = {
  nodeVersion: 'v24.1.0',
  nodeLine: 'Krypton',
  platform: 'linux',
  architecture: 'x64',
  processors: { available: 8, physicalCores: 4, quota: null },
  processorFlags: new Set(['avx2', 'avx512_vnni']),
  memory: { totalBytes: 16 * GIB, availableBytes: 8 * GIB, limitBytes: null, limitLeftBytes: null },
  descriptors: 20_000,
};
/** 1 GiB of weights, and 2 · 32 · 8 · 8 · 4096 · 64 floats of keys and values: 4 GiB. */
const NEED = memoryNeed(
  {
    family: 'llama',
    hiddenSize: 2048,
    intermediateSize: 8192,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    headDim: 64,
    vocabSize: 32_000,
    contextLength: 4096,
    rmsNormEps: 1e-5,
    rope: { theta: 10_000, scaling: null },
    qkvBias: false,
    qkNorm: false,
    tiedEmbedding: true,
  },
  GIB,
  { slots: 8, contextLength: null },
);

describe('the doctor looks at', () => {
  const GPU: AdapterFacts = {
    name: 'a GPU',
    kind: 'hardware',
    shaderF16: true,
    memory: { bytes: 10 * GIB, of: 'device' },
  };
  const SOFTWARE: AdapterFacts = { ...GPU, name: 'SwiftShader', kind: 'software', shaderF16: false };

  it.each<[string, AdapterFacts | null, Device, string, RegExp]>([
    [
      'a GPU',
      GPU,
      'auto',
      'ok',
      /^a GPU \(hardware\), float16, 10240 MiB of device memory, 9216 MiB for.*runs on it$/,
    ],
    ['a GPU that is not wanted', GPU, 'cpu', 'ok', /not used, since device is cpu$/],
    ['a software device', SOFTWARE, 'auto', 'ok', /float32 only.*not used unless device is webgpu$/],
    ['a software device that is asked for', SOFTWARE, 'webgpu', 'warn', /for tests/],
    ['a device of unknown memory', { ...GPU, memory: null }, 'webgpu', 'ok', /no bound: set deviceMemoryMb/],
    [
      'no adapter, though a device',
      null,
      'auto',
      'warn',
      /no adapter: no driver, though there is \/dev\/nvidia0/,
    ],
    ['no adapter, and none wanted', null, 'cpu', 'ok', /the processor serves$/],
    ['no adapter where one is asked for', null, 'webgpu', 'fail', /^WebGPU has no adapter: no driver$/],
  ])('WebGPU: %s', async (_, facts, device, status, message) => {
    const probe = async () => ({ facts, fault: 'no driver' });
    const found = await checkAdapter(device, null, { devices: ['/dev/nvidia0'], probe });
    expect(found).toMatchObject({ check: 'gpu', status, message: expect.stringMatching(message) });
  });

  it.each([
    ['v24.1.0', 'Krypton', 'ok'],
    ['v25.0.0', null, 'warn'],
    ['v18.20.0', 'Hydrogen', 'fail'],
  ])('Node %s', (nodeVersion, nodeLine, status) => {
    expect(checkNode({ ...MACHINE, nodeVersion, nodeLine }).status).toBe(status);
  });

  it.each([
    ['vector units', MACHINE, 4, ['ok', 'ok'], /avx2, avx512_vnni/],
    ['none', { ...MACHINE, processorFlags: new Set(['sse2']) }, 4, ['warn', 'ok'], /without avx2/],
    ['what the system does not tell', { ...MACHINE, processorFlags: null }, 4, ['ok', 'ok'], /does not tell/],
    ['another kind', { ...MACHINE, architecture: 's390x' }, 4, ['warn', 'ok'], /no fast kernels/],
    [
      'threads beyond a quota',
      { ...MACHINE, processors: { ...MACHINE.processors, quota: 2 } },
      4,
      ['ok', 'warn'],
      /quota of 2/,
    ],
    ['threads beyond processors', MACHINE, 9, ['ok', 'warn'], /9 threads/],
    [
      'one processor',
      { ...MACHINE, processors: { available: 1, physicalCores: 1, quota: null } },
      1,
      ['ok', 'warn'],
      /1 processors/,
    ],
  ] as const)('the processor: %s', (_, machine, threads, statuses, message) => {
    const findings = checkProcessor(machine, threads);
    expect(findings.map(({ status }) => status)).toEqual(statuses);
    expect(findings.map((finding) => finding.message).join('\n')).toMatch(message);
    for (const { status, remedy } of findings) expect(remedy === null).toBe(status === 'ok');
  });

  it('memory: what the model needs, against what is free or left of a container', () => {
    expect(NEED).toEqual({ weightBytes: GIB, kvBytes: 4 * GIB });
    expect(checkMemory(MACHINE.memory, NEED).status).toBe('ok');
    const tight = { ...MACHINE.memory, availableBytes: 4.5 * GIB };
    expect(checkMemory(tight, NEED)).toMatchObject({
      status: 'warn',
      remedy: expect.stringMatching(/to 5\d % of what they are/),
    });
    expect(checkMemory({ ...MACHINE.memory, availableBytes: 2 * GIB }, NEED).status).toBe('fail');
    const container = { ...MACHINE.memory, limitBytes: 3 * GIB, limitLeftBytes: 2 * GIB };
    expect(checkMemory(container, NEED)).toMatchObject({
      status: 'fail',
      message: expect.stringContaining("2048 MiB of the container's 3072 MiB is free"),
    });
  });

  it.each([
    [20_000, 'ok'],
    [1024, 'warn'],
    [64, 'fail'],
    [null, 'ok'],
  ])('file descriptors: %s', (limit, status) => {
    expect(checkDescriptors(limit).status).toBe(status);
  });

  it('the clock: set, after the model was made, and moving as time does', async () => {
    const at = (epochStart: number, jumpMs: number) => {
      const clock = new VirtualClock();
      let epoch = epochStart;
      const sleep = async (ms: number) => {
        clock.advance(ms);
        epoch += ms + jumpMs;
      };
      return checkClock(1_000_000, { now: () => clock.now(), epochMs: () => epoch, sleep });
    };
    expect((await at(2_000_000, 0)).status).toBe('ok');
    expect((await at(500_000, 0)).status).toBe('fail');
    expect((await at(2_000_000, 3_600_000)).status).toBe('warn');
    expect((await at(2_000_000, -150)).status).toBe('warn');
  });
});
