import { afterAll, beforeAll, expect, it } from 'vitest';
import { fuzzRuns, fuzzServer, SMALL_HEAP } from '../support/fuzz-server.ts';
import { FUZZED_REQUEST, type FuzzedRequest } from '../support/fuzzed-request.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

const RUNS = fuzzRuns(800);
/** Nothing that is asked for here takes a tenth of it: an answer that is not there by then never comes. */
const HANG_MS = 30_000;
/** How often each status came. */
const seen = new Map<number, number>();

let artefact: TinyArtefact;
let server: ServerProcess;

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 128 });
  server = await spawnServer(artefact.directory, ['--slots', '8', '--log-level', 'warn'], SMALL_HEAP);
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
  seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
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
  await fuzzServer({ server, runs: RUNS, requests: FUZZED_REQUEST, fault, seen });
  const ready = await fetch(`${server.url}/health/ready`);
  expect(ready.status).toBe(200);
});
