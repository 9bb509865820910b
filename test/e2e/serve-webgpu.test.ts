import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, errorCodes } from '../support/plain-client.ts';
import { hasSoftwareGpu, NEEDS_SOFTWARE_GPU, SOFTWARE_GPU_ENVIRONMENT } from '../support/software-gpu.ts';
import { type ServerProcess, spawnCli, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

// A processor that plays a device is slow, and slower beside others.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

// A served model on a software device, beside the same model on the processor.

/** Small even for a processor that plays a device. */
const SIZES = {
  layers: 1,
  hiddenSize: 32,
  intermediateSize: 64,
  heads: 2,
  kvHeads: 2,
  vocabSize: 300,
} as const;
const SETTINGS = ['--slots', '8', '--prefill-chunk', '8', '--policy', 'fixed'];
const TOKENS = 6;

const present = hasSoftwareGpu();

if (!present) it('no server is tested on WebGPU', (context) => context.skip(NEEDS_SOFTWARE_GPU));

describe.runIf(present)('a server on a software device', () => {
  let tiny: TinyArtefact;
  let gpu: ServerProcess;
  let cpu: ServerProcess;
  beforeAll(async () => {
    tiny = await writeTinyArtefact({ contextLength: 256, sizes: SIZES });
    const env = SOFTWARE_GPU_ENVIRONMENT;
    gpu = await spawnServer(tiny.directory, [...SETTINGS, '--device', 'webgpu'], { env });
    cpu = await spawnServer(tiny.directory, [...SETTINGS, '--device', 'auto'], { env });
  });
  afterAll(async () => {
    await Promise.all([gpu?.kill(), cpu?.kill()]);
    await tiny?.remove();
  });

  const completion = (i: number) => ({
    model: 'default',
    prompt: `the cat ${'sat on '.repeat(1 + (i % 3))}${i}`,
    max_tokens: TOKENS,
    temperature: 0,
    precision: i % 2 === 0 ? 'q4' : 'q8',
  });

  async function answer(url: string, i: number): Promise<[string, string]> {
    const { status, text } = await ask(`${url}/v1/completions`, { body: completion(i) });
    expect([status, text]).toEqual([200, expect.any(String)]);
    const { choices, precision } = JSON.parse(text);
    return [choices[0].text, precision.configs.map(({ id }: { id: string }) => id).join()];
  }

  async function metric(url: string, series: string): Promise<number> {
    const { text } = await ask(`${url}/metrics`);
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')
        .at(-1),
    );
  }
  const device = (url: string, name: string) => metric(url, `quept_engine_device{device="${name}"`);

  it('[P1] answers eight requests at once as the processor answers them, at the precision of each', async () => {
    const requests = Array.from({ length: 8 }, (_, i) => i);
    const expected = await Promise.all(requests.map((i) => answer(cpu.url, i)));
    expect(new Set(expected.map(([text]) => text)).size).toBeGreaterThan(4);
    expect(await Promise.all(requests.map((i) => answer(gpu.url, i)))).toEqual(expected);
    expect(expected.map(([, config]) => config)).toEqual(requests.map((i) => (i % 2 === 0 ? 'q4' : 'q8')));
  });

  it('[P3] tells in metrics and log what it runs on: a software device only where it was asked for', async () => {
    expect([await device(gpu.url, 'webgpu'), await device(gpu.url, 'cpu')]).toEqual([1, 0]);
    expect([await device(cpu.url, 'webgpu'), await device(cpu.url, 'cpu')]).toEqual([0, 1]);
    expect(gpu.stderr()).toMatch(/"adapter":"SwiftShader","adapterKind":"software","floatType":"f32"/);
    const memory = (kind: string) => metric(gpu.url, `quept_device_memory_bytes{kind="${kind}"`);
    const [weights, cache, work, budget] = [
      await memory('weights'),
      await memory('cache'),
      await memory('work'),
      await memory('budget'),
    ];
    // 8 rows of 256 positions and one to spare, of 2 heads of 16 floats, keys and values.
    expect(cache).toBe(8 * 257 * 2 * 16 * 4 * 2);
    expect(weights).toBeGreaterThan(10_000);
    expect(weights + cache + work).toBeLessThan(budget);
    for (const direction of ['upload', 'download']) {
      const series = `quept_device_transfer_bytes_total{direction="${direction}"`;
      expect(await metric(gpu.url, series)).toBeGreaterThan(1000);
      expect(await metric(cpu.url, series)).toBe(0);
    }
  });

  it('gives the slot of a client that leaves to others', async () => {
    const leaving = new AbortController();
    const body = JSON.stringify({ ...completion(1), max_tokens: 180, ignore_eos: true, stream: true });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${gpu.url}/v1/completions`, {
      method: 'POST',
      ...{ headers, body, signal: leaving.signal },
    });
    await response.body?.getReader().read();
    expect(await metric(gpu.url, 'vllm:num_requests_running')).toBe(1);
    leaving.abort();
    await until(async () => (await metric(gpu.url, 'vllm:num_requests_running')) === 0, 'the slot is free');
    expect(await answer(gpu.url, 3)).toEqual(await answer(cpu.url, 3));
  });

  it('[F1] loses its engine with all that is on the device, and another one takes the device', async () => {
    const engine = gpu.enginePid();
    const body = { ...completion(1), max_tokens: 180, ignore_eos: true, stream: true };
    let killed = false;
    const lost = await ask(`${gpu.url}/v1/completions`, {
      body,
      onText: () => {
        if (!killed) process.kill(engine, 'SIGKILL');
        killed = true;
      },
    });
    expect(errorCodes(lost)).toEqual(['engine_unavailable']);
    await until(
      async () => (await ask(`${gpu.url}/health/ready`)).status === 200 && gpu.enginePid() !== engine,
      'another engine',
      120_000,
    );
    expect(await device(gpu.url, 'webgpu')).toBe(1);
    expect(await answer(gpu.url, 5)).toEqual(await answer(cpu.url, 5));
  });

  it('[P3] does not start where the model does not fit, and says why', async () => {
    const flags = [
      '--port',
      '0',
      '--model',
      tiny.directory,
      '--device',
      'webgpu',
      '--device-memory-mb',
      '20',
    ];
    const cli = await spawnCli(['serve', ...SETTINGS, ...flags], { env: SOFTWARE_GPU_ENVIRONMENT });
    expect((await cli.exited).code).toBe(2);
    expect(cli.stderr()).toMatch(
      /does not fit the memory of SwiftShader: weights 1 \+ keys and values of 8 slots of 256 tokens 1 \+ work \d+ = \d+ MiB, of 20 MiB/,
    );
  });

  it('[P3] is told of by the doctor, with what it has', async () => {
    const flags = ['--json', '--port', '0', '--model', tiny.directory, '--device', 'webgpu'];
    const cli = await spawnCli(['doctor', ...flags], { env: SOFTWARE_GPU_ENVIRONMENT });
    expect((await cli.exited).code).toBe(0);
    const { findings } = JSON.parse(cli.stdout());
    expect(findings.find(({ check }: { check: string }) => check === 'gpu')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(
        /^SwiftShader \(software\), float32 only, \d+ MiB of system memory, \d+ MiB/,
      ),
      remedy: 'Set device to cpu.',
    });
  });
});
