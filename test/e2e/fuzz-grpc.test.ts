import { afterAll, beforeAll, expect, it } from 'vitest';
import { fuzzRuns, fuzzServer, SMALL_HEAP } from '../support/fuzz-server.ts';
import { FUZZED_CALL, type FuzzedCall } from '../support/fuzzed-call.ts';
import { GrpcClient, HEALTH, INFERENCE, type Reply, trailer } from '../support/grpc-client.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

const RUNS = fuzzRuns(400);
/** Nothing that is asked for here takes a tenth of it: an answer that is not there by then never comes. */
const HANG_MS = 30_000;
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
  server = await spawnServer(artefact.directory, ['--slots', '8', '--log-level', 'warn'], SMALL_HEAP);
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
  const onRound = (rounds: number): void => {
    if (rounds % ROUNDS_PER_CONNECTION === 0) connect();
  };
  await fuzzServer({ server, runs: RUNS, requests: FUZZED_CALL, fault, onRound, seen });
  // Answers and refusals both, or it was no test.
  expect([OK, INVALID_ARGUMENT].map((code) => (seen.get(code) ?? 0) > RUNS / 20)).toEqual([true, true]);
  const health = new GrpcClient(String(server.announced.grpcAddress), HEALTH);
  expect((await health.call('Check', {})).replies).toEqual([{ status: 'SERVING' }]);
  health.close();
});
