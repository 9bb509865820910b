import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FUZZED_CALL, type FuzzedCall } from '../support/fuzzed-call.ts';
import { GrpcClient, HEALTH, INFERENCE, type Reply, trailer } from '../support/grpc-client.ts';
import { residentBytes } from '../support/resident-bytes.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

// QUEPT_FUZZ_RUNS=20000 for the full number; QUEPT_FUZZ_SEED repeats a run.
const RUNS = Number(process.env.QUEPT_FUZZ_RUNS ?? 400);
const SEED = Number(process.env.QUEPT_FUZZ_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 8;
/** Nothing that is asked for here takes a tenth of it: an answer that is not there by then never comes. */
const HANG_MS = 30_000;
const MAY_GROW_BYTES = 64e6;
/** Node's HTTP/2 closes a connection on which about a thousand calls have been cancelled in short order. */
const ROUNDS_PER_CONNECTION = 100;
const LONGEST_MESSAGE_BYTES = 2 * 1024 * 1024;

const OK = 0;
const CANCELLED = 1;
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;

let artefact: TinyArtefact;
let server: ServerProcess;
let client: GrpcClient;

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 128 });
  server = await spawnServer(artefact.directory, ['--slots', '8', '--log-level', 'warn']);
  connect();
});

afterAll(async () => {
  client?.close();
  await server?.kill();
  await artefact?.remove();
});

function connect(): void {
  client?.close();
  client = new GrpcClient(String(server.announced.grpcAddress));
}

const seen = new Map<number, number>();

/** What is wrong with the end of a call; null for nothing. */
async function fault({
  method,
  bytes,
  metadata,
  deadlineMs,
  cancelAfterMs,
}: FuzzedCall): Promise<string | null> {
  const { path, responseStream, responseDeserialize } = INFERENCE.service[method] as Reply;
  const outcome = await client.raw(path, bytes, responseStream, responseDeserialize, {
    metadata,
    deadlineMs: deadlineMs ?? HANG_MS,
    ...(cancelAfterMs !== null && {
      cancelWhen: new Promise((resolve) => setTimeout(resolve, cancelAfterMs)),
    }),
  });
  const { code, details } = outcome.status;
  seen.set(code, (seen.get(code) ?? 0) + 1);
  const told = `${method} ${bytes.toString('base64').slice(0, 2_000)}: ${code} ${details}`;
  if (/node_modules|\bat \S+:\d+|\/dist\//.test(details)) return told;
  switch (code) {
    case OK:
      return responseStream && outcome.replies.at(-1)?.event !== 'finished' ? told : null;
    case INVALID_ARGUMENT:
    case NOT_FOUND:
      return trailer(outcome, 'x-error-code') === null ? told : null;
    case CANCELLED:
      return cancelAfterMs === null ? told : null;
    case DEADLINE_EXCEEDED:
      return deadlineMs === null ? told : null;
    case RESOURCE_EXHAUSTED:
      return bytes.length > LONGEST_MESSAGE_BYTES ? null : told;
    case UNAVAILABLE:
      return trailer(outcome, 'x-error-code') === 'overloaded' ? null : told;
    default:
      return told;
  }
}

it('[H3] random and mutated calls are answered, never by a fault of ours, and leave nothing behind', {
  timeout: 60_000 + RUNS * 100,
}, async () => {
  const rounds = Math.ceil(RUNS / AT_ONCE);
  /** Memory at each tenth of the way. */
  const resident: (number | null)[] = [];
  let done = 0;
  const round = fc.array(FUZZED_CALL, { minLength: AT_ONCE, maxLength: AT_ONCE });
  await fc.assert(
    fc.asyncProperty(round, async (calls) => {
      const faults = await Promise.all(calls.map(fault));
      expect(faults.filter((found) => found !== null)).toEqual([]);
      if (done % ROUNDS_PER_CONNECTION === ROUNDS_PER_CONNECTION - 1) connect();
      if (++done % Math.ceil(rounds / 10) === 0) resident.push(residentBytes(server));
    }),
    // What has failed is told by `fault`, in short; smaller cases would have to be sent one by one.
    { numRuns: rounds, seed: SEED, endOnFailure: true },
  );
  // Answers and refusals both, or it was no test.
  expect([OK, INVALID_ARGUMENT].map((code) => (seen.get(code) ?? 0) > RUNS / 20)).toEqual([true, true]);
  await until(async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return [/^vllm:num_requests_running(\{.*\})? 0$/m, /^vllm:num_requests_waiting(\{.*\})? 0$/m].every(
      (idle) => idle.test(metrics),
    );
  }, 'an idle server');
  // Garbage makes it rise and fall by tens of megabytes, so it is no use to look once. Half way everything has been
  // used that is used at all.
  const known = resident.filter((bytes) => bytes !== null);
  if (known.length === resident.length) {
    expect(Math.min(...known.slice(-4)) - Math.max(...known.slice(0, 5))).toBeLessThan(MAY_GROW_BYTES);
  }
  const health = new GrpcClient(String(server.announced.grpcAddress), HEALTH);
  expect((await health.call('Check', {})).replies).toEqual([{ status: 'SERVING' }]);
  health.close();
  expect(server.stderr()).not.toContain('request failed');
  if (process.env.QUEPT_FUZZ_RUNS !== undefined) {
    const codes = Object.fromEntries(seen);
    console.info(JSON.stringify({ runs: done * AT_ONCE, seed: SEED, resident, codes }));
  }
});
