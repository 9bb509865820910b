import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { DEFAULT_MODEL } from '../support/default-model.ts';
import { GrpcClient, INFERENCE } from '../support/grpc-client.ts';
import { ask } from '../support/plain-client.ts';
import { spawnServer } from '../support/spawn-server.ts';

const PRELOAD = pathToFileURL(fileURLToPath(new URL('../support/shifted-clock.mjs', import.meta.url))).href;
const DAY_MS = 86_400_000;
const LIMITS = [
  '--stall-timeout-ms',
  '5000',
  '--queue-timeout-ms',
  '60000',
  '--total-timeout-ms',
  '60000',
  '--policy',
  'fixed',
];
const body = { model: 'default', prompt: 'Once', max_tokens: 150, ignore_eos: true, temperature: 0 };

it('[F6] a clock that jumps in the middle of answers, far ahead and then far back, changes none of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quept-clock-'));
  const clock = join(folder, 'offset');
  await writeFile(clock, '0');
  const server = await spawnServer(DEFAULT_MODEL, LIMITS, {
    env: { NODE_OPTIONS: `--import=${PRELOAD}`, QUEPT_TEST_CLOCK_FILE: clock },
  });
  const grpc = new GrpcClient(String(server.announced.grpcAddress), INFERENCE);
  try {
    const calm = await ask(`${server.url}/v1/completions`, { body });
    const jumps = [10 * DAY_MS, -10 * DAY_MS];
    const created: number[] = [];
    let jumping = Promise.resolve();
    const jumpAgain = async (offset: number): Promise<void> => {
      await writeFile(clock, String(offset));
      const answer = await ask(`${server.url}/v1/completions`, { body: { ...body, max_tokens: 1 } });
      created.push(JSON.parse(answer.text).created);
    };
    const onText = (soFar: string): void => {
      // A third and two thirds through.
      const [next] = jumps;
      if (next === undefined || soFar.split('data: ').length < 50 * (3 - jumps.length)) return;
      jumps.shift();
      jumping = jumping.then(() => jumpAgain(next));
    };
    const streaming = ask(`${server.url}/v1/completions`, { body: { ...body, stream: true }, onText });
    const options = { max_tokens: 150 };
    const call = grpc.call('Generate', { model: 'default', text: 'Once', options }, { deadlineMs: 60_000 });
    const [streamed, { status }] = await Promise.all([streaming, call]);
    await jumping;

    expect(jumps).toEqual([]);
    const texts = [...streamed.text.matchAll(/^data: (\{.*\})$/gm)].map(
      ([, frame]) => JSON.parse(frame ?? '').choices[0]?.text ?? '',
    );
    expect(streamed.text).toContain('data: [DONE]');
    expect(texts.join('')).toBe(JSON.parse(calm.text).choices[0].text);
    expect(status.code).toBe(0);

    // The clock did jump, where it is told to clients.
    const [ahead = 0, back = 0] = created;
    expect(Math.round(((ahead - back) * 1000) / DAY_MS)).toBe(20);
    const { text: metrics } = await ask(`${server.url}/metrics`);
    expect(metrics).toMatch(/^quept_ready\{.*\} 1$/m);
    expect(metrics).toMatch(/^quept_engine_restarts_total\{reason="hang".*\} 0$/m);
    expect(metrics).not.toMatch(/^quept_request_failures_total\{.*\} [1-9]/m);
    for (const name of ['vllm:e2e_request_latency_seconds_sum', 'vllm:inter_token_latency_seconds_sum']) {
      const seconds = Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(metrics)?.[1]);
      expect(seconds).toBeGreaterThan(0);
      // Many answers' worth, and far from a day.
      expect(seconds).toBeLessThan(1_000);
    }
  } finally {
    grpc.close();
    await server.kill();
    await rm(folder, { recursive: true });
  }
});
