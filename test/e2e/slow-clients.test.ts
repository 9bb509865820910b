import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HAS_PROC, NO_PROC, openDescriptors, residentBytes } from '../support/child-processes.ts';
import { NO_HURRY } from '../support/no-hurry.ts';
import { ask } from '../support/plain-client.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

let artefact: TinyArtefact;
let server: ServerProcess;
beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 32_768 });
  server = await spawnServer(artefact.directory, [
    ...['--slots', '24', '--headers-timeout-ms', '2000', '--stalled-reader-ms', '1500'],
    ...['--keep-alive-timeout-ms', '2000', ...NO_HURRY],
  ]);
});
afterAll(async () => {
  await server?.kill();
  await artefact?.remove();
});

const SILENT = 260;
const HALF = 200;
const SHORT = 38;
const ENDLESS = 2;
const MOST_GROWTH_BYTES = 200 * 1024 * 1024;
const CHOICES = 8;

const stream = { model: 'default', messages: [{ role: 'user', content: 'a' }], stream: true, temperature: 0 };
/** Fits into what the kernel holds for a client that does not read. */
const SHORT_BODY = { ...stream, max_tokens: 20 };
/** Some ten kilobytes a step, which no buffer on the way holds to its end. */
const ENDLESS_BODY = { ...stream, max_tokens: 30_000, logprobs: true, top_logprobs: 20, n: CHOICES };

const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n';

function post(body: object): string {
  const text = JSON.stringify(body);
  return `${HEAD}content-length: ${text.length}\r\n\r\n${text}`;
}

/** Connections that say `said` and never read. */
function clients(count: number, said: string): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    if (said !== '') socket.write(said);
    return socket;
  });
}

async function running(): Promise<number> {
  const { text } = await ask(`${server.url}/metrics`);
  return Number(/^vllm:num_requests_running\{.*\} (\d+)$/m.exec(text)?.[1]);
}

it('[F7] 500 clients that read nothing cost bounded memory for a bounded time, and others nothing', async (context) => {
  if (!HAS_PROC) return context.skip(NO_PROC);
  const pid = server.child.pid ?? 0;
  const before = { bytes: residentBytes(pid), descriptors: openDescriptors(pid) };
  const sockets = [
    ...clients(ENDLESS, post(ENDLESS_BODY)),
    ...clients(SILENT, ''),
    ...clients(HALF, HEAD),
    ...clients(SHORT, post(SHORT_BODY)),
  ];
  await until(async () => (await running()) >= ENDLESS * CHOICES, 'all streams to run');
  let most = 0;
  let served = 0;
  await until(
    async () => {
      const answer = await ask(`${server.url}/v1/completions`, {
        body: { model: 'default', prompt: 'the cat', max_tokens: 3 },
      });
      expect(answer).toMatchObject({ status: 200, broken: null });
      served++;
      most = Math.max(most, residentBytes(pid));
      return (await running()) === 0;
    },
    'the end of all streams',
    50_000,
  );
  process.stdout.write(
    `      ${served} others served; ${Math.round((most - before.bytes) / 2 ** 20)} MiB more at most\n`,
  );
  expect(most - before.bytes).toBeLessThan(MOST_GROWTH_BYTES);
  await until(() => openDescriptors(pid) <= before.descriptors, 'the end of their connections');
  expect(server.stderr().match(/"outcome":"stalled"/g)).toHaveLength(ENDLESS);
  for (const socket of sockets) socket.destroy();
}, 60_000);
