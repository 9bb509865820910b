import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GrpcClient, INFERENCE, type Reply, trailer } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

/** More for a long run: `FUZZ_RUNS=20000`. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 200);
/** Done, the request's fault, an unknown model, too long. */
const EXPECTED = new Set([0, 3, 5, 8]);
const METHODS = Object.keys(INFERENCE.service);

let server: GrpcTestServer;
let client: GrpcClient;

beforeAll(async () => {
  server = await grpcTestServer({ tokens: ['a', 'b'] }, { maxMessageBytes: 16_384 });
  client = server.connect();
});
afterAll(() => server.close());

async function answers(method: string, bytes: Buffer, metadata: Record<string, string> = {}): Promise<void> {
  const { path, responseStream } = INFERENCE.service[method] as Reply;
  const outcome = await client.raw(path, bytes, responseStream, (reply) => reply, {
    metadata,
    deadlineMs: 20_000,
  });
  const { code, details } = outcome.status;
  expect(EXPECTED, `${method} ${bytes.toString('hex').slice(0, 400)}: ${details}`).toContain(code);
  if (code === 3 || code === 5) expect(trailer(outcome, 'x-error-code')).not.toBeNull();
}

const number = fc.oneof(fc.double(), fc.constantFrom(0, 0.5, 1, 2, 8));
const whole = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 32 - 1));
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const options = fc.record(
  {
    max_tokens: whole,
    stop: fc.array(text, { maxLength: 20 }),
    temperature: number,
    top_p: number,
    top_k: whole,
    min_p: number,
    seed: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    repetition_penalty: number,
    frequency_penalty: number,
    precision: fc.oneof(
      fc.record({ bits: number }),
      fc.record({ config_id: text }),
      fc.record({ range: fc.record({ min_bits: number, max_bits: number }, { requiredKeys: [] }) }),
    ),
    service_tier: fc.integer({ min: -1, max: 5 }),
    ttft_ms: number,
  },
  { requiredKeys: [] },
);
const messages = fc.array(
  fc.record({ role: fc.integer({ min: -1, max: 6 }), content: text, name: text }, { requiredKeys: [] }),
  { maxLength: 4 },
);
const request = fc.record(
  {
    model: fc.oneof(fc.constantFrom('tiny', 'default', 'tiny@q4', 'tiny@q5'), text),
    messages,
    text,
    tokens: fc.record({ ids: fc.array(whole) }),
    options,
    conversation: fc.record({ messages, add_generation_prompt: fc.boolean() }, { requiredKeys: [] }),
    add_special_tokens: fc.boolean(),
  },
  { requiredKeys: [] },
);
const encoded = fc
  .tuple(fc.constantFrom(...METHODS), request)
  .map(([method, value]): [string, Buffer] => [
    method,
    (INFERENCE.service[method] as Reply).requestSerialize(value),
  ]);
const mutated = fc
  .tuple(encoded, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
  .map(([[method, bytes], edits, cut]): [string, Buffer] => {
    const copy = Buffer.from(bytes);
    for (const [at, value] of edits) if (copy.length > 0) copy[at % copy.length] = value;
    return [method, cut % 3 === 0 ? copy.subarray(0, cut % (copy.length + 1)) : copy];
  });
const printable = fc.string({ maxLength: 60 }).map((value) => value.replaceAll(/[^\x20-\x7e]/g, ''));

describe('any request', () => {
  it('is answered or refused, and never a fault of the server', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(encoded, mutated), ([method, bytes]) => answers(method, bytes)),
      { numRuns: RUNS },
    );
    expect(server.service.running).toBe(0);
  });

  it('may have any bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...METHODS), bytes, (method, body) => answers(method, body)),
      { numRuns: RUNS },
    );
  });

  it('may have any metadata', async () => {
    const names = ['x-precision', 'x-service-tier', 'x-slo-ttft-ms', 'x-request-id', 'authorization'];
    const metadata = fc.dictionary(fc.constantFrom(...names), printable);
    const body = (INFERENCE.service.Generate as Reply).requestSerialize({ model: 'tiny', text: 'a' });
    await fc.assert(
      fc.asyncProperty(metadata, (fields) => answers('Generate', body, fields)),
      { numRuns: RUNS / 2 },
    );
  });
});
