import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FUZZED_REQUEST, type FuzzedRequest } from '../support/fuzzed-request.ts';
import { residentBytes } from '../support/resident-bytes.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

// QUEPT_FUZZ_RUNS=20000 for the full number; QUEPT_FUZZ_SEED repeats a run.
const RUNS = Number(process.env.QUEPT_FUZZ_RUNS ?? 800);
const SEED = Number(process.env.QUEPT_FUZZ_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 8;
/** Nothing that is asked for here takes a tenth of it: an answer that is not there by then never comes. */
const HANG_MS = 30_000;
const MAY_GROW_BYTES = 64e6;

let artefact: TinyArtefact;
let server: ServerProcess;

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 128 });
  server = await spawnServer(artefact.directory, ['--slots', '8', '--log-level', 'warn']);
});

afterAll(async () => {
  await server?.kill();
  await artefact?.remove();
});

/** What is wrong with the answer to a request; null for nothing. */
async function fault({ path, headers, body }: FuzzedRequest): Promise<string | null> {
  const signal = AbortSignal.timeout(HANG_MS);
  const answer = await fetch(server.url + path, { method: 'POST', headers, body, signal });
  const text = await answer.text();
  if (answer.status < 400) return completeFault(answer, text);
  const { error } = JSON.parse(text) as { error: Record<string, unknown> };
  if (Object.keys(error).sort().join() !== 'code,message,param,type') return `error object: ${text}`;
  if (/node_modules|\bat \S+:\d+|\/dist\//.test(String(error.message))) return `inner workings: ${text}`;
  if (answer.status >= 500 && !(answer.status === 503 && error.code === 'overloaded')) return text;
  return null;
}

function completeFault(answer: Response, text: string): string | null {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    JSON.parse(text);
    return null;
  }
  const ends = ['data: [DONE]', '"type":"response.completed"', '"type":"response.incomplete"'];
  return ends.some((end) => text.includes(end)) ? null : `a stream that does not end: ${text.slice(-300)}`;
}

it('[H3] random and mutated bodies are answered, never by a fault of ours, and leave nothing behind', {
  timeout: 60_000 + RUNS * 100,
}, async () => {
  let rounds = 0;
  let before: number | null = null;
  const round = fc.array(FUZZED_REQUEST, { minLength: AT_ONCE, maxLength: AT_ONCE });
  await fc.assert(
    fc.asyncProperty(round, async (requests) => {
      const faults = await Promise.all(requests.map(fault));
      expect(faults.filter((found) => found !== null)).toEqual([]);
      // By then everything has been used that is used at all.
      if (++rounds === Math.ceil(RUNS / AT_ONCE / 2)) before = residentBytes(server);
    }),
    { numRuns: Math.ceil(RUNS / AT_ONCE), seed: SEED },
  );
  const after = residentBytes(server);
  if (before !== null && after !== null) expect(after - before).toBeLessThan(MAY_GROW_BYTES);
  const ready = await fetch(`${server.url}/health/ready`);
  expect(ready.status).toBe(200);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^vllm:num_requests_running(\{.*\})? 0$/m);
  expect(metrics).toMatch(/^vllm:num_requests_waiting(\{.*\})? 0$/m);
  expect(server.stderr()).not.toContain('request failed');
});
