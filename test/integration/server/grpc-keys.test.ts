import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { FakeReply } from '../../support/fake-inference-service.ts';
import { type CallOutcome, trailer } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';
import { keyedAccess } from '../../support/keyed-access.ts';

const UNAUTHENTICATED = 16;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;

let server: GrpcTestServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

async function rig(keys: Readonly<Record<string, object>>, reply: FakeReply = { tokens: ['a', 'b'] }) {
  const keyed = await keyedAccess(keys);
  const started = await grpcTestServer(reply, { authenticate: keyed.access.authenticate });
  server = started;
  const client = started.connect();
  const call = (
    method: string,
    id: string | null,
    fields: object = {},
    cancelWhen?: Promise<unknown>,
    metadata: Record<string, string> = {},
  ) =>
    client.call(
      method,
      { model: 'tiny', ...(method === 'GetModel' ? {} : { text: 'a' }), ...fields },
      {
        metadata: { ...metadata, ...(id !== null && keyed.as(id)) },
        ...(cancelWhen !== undefined && { cancelWhen }),
      },
    );
  return { ...keyed, ...started, call };
}

const codeOf = (outcome: CallOutcome) => [outcome.status.code, trailer(outcome, 'x-error-code')];

describe('gRPC with API keys', () => {
  it.each(['Generate', 'GenerateStream', 'Tokenize', 'GetModel'])(
    '[U1] answers %s to keys alone',
    async (method) => {
      const { call, service } = await rig({
        a: {},
        old: { expires: '2026-01-01' },
        ops: { scopes: ['admin'] },
      });
      expect(codeOf(await call(method, null))).toEqual([UNAUTHENTICATED, 'invalid_api_key']);
      expect(codeOf(await call(method, 'unknown'))).toEqual([UNAUTHENTICATED, 'invalid_api_key']);
      expect(codeOf(await call(method, 'old'))).toEqual([UNAUTHENTICATED, 'invalid_api_key']);
      expect(codeOf(await call(method, 'ops'))).toEqual([PERMISSION_DENIED, 'permission_denied']);
      expect(service.received).toEqual([]);
      expect((await call(method, 'a')).status.code).toBe(0);
    },
  );

  it('[U3] keeps a request within the tiers and precision of its key, and names the field', async () => {
    const { call, service, log } = await rig({ low: { tiers: ['flex'], minBits: 3 } });
    const answer = await call('Generate', 'low');
    expect(answer.header.get('x-precision')).toEqual(['q4..q8']);
    expect(answer.header.get('x-service-tier')).toEqual(['flex']);
    expect(service.received[0]?.owner).toBe('low');
    expect(log.at(-1)).toMatchObject({ key: 'low', grpc_code: 0 });
    const refused = async (options: object) => {
      const outcome = await call('Generate', 'low', { options });
      return [...codeOf(outcome), trailer(outcome, 'x-error-param')];
    };
    const denied = [PERMISSION_DENIED, 'permission_denied'];
    expect(await refused({ service_tier: 'SERVICE_TIER_PRIORITY' })).toEqual([
      ...denied,
      'options.service_tier',
    ]);
    expect(await refused({ precision: { config_id: 'q2' } })).toEqual([...denied, 'options.precision']);
    const told = async (metadata: Record<string, string>, fields: object = {}) => {
      const outcome = await call('Generate', 'low', fields, undefined, metadata);
      return [...codeOf(outcome), trailer(outcome, 'x-error-param')];
    };
    expect(await told({ 'x-service-tier': 'priority' })).toEqual([...denied, 'x-service-tier']);
    expect(await told({ 'x-precision': 'q2' })).toEqual([...denied, 'x-precision']);
    expect(await told({}, { model: 'tiny@q2' })).toEqual([...denied, 'model']);
    expect(service.received).toHaveLength(1);
  });

  it('[U2] counts generation and tokenizing, says what is left, and when there will be more', async () => {
    const { call } = await rig({ a: { requestsPerMinute: 3 } });
    const first = await call('Generate', 'a');
    expect(first.header.get('x-ratelimit-remaining-requests')).toEqual(['2']);
    expect((await call('GetModel', 'a')).status.code).toBe(0);
    const second = await call('Tokenize', 'a');
    expect(second.header.get('x-ratelimit-remaining-requests')).toEqual(['1']);
    expect((await call('GenerateStream', 'a')).status.code).toBe(0);
    for (const method of ['Generate', 'GenerateStream', 'Tokenize']) {
      const refused = await call(method, 'a');
      expect(codeOf(refused)).toEqual([RESOURCE_EXHAUSTED, 'rate_limit_exceeded']);
      expect(trailer(refused, 'x-ratelimit-remaining-requests')).toBe('0');
      expect(trailer(refused, 'grpc-retry-pushback-ms')).toBe('60000');
    }
  });

  it('settles tokens, and frees what a cancelled call held', async () => {
    const gate = (index: number) => (index === 2 ? new Promise<void>(() => {}) : undefined);
    const { call, access, service } = await rig(
      { a: { tokensPerMinute: 100, concurrency: 1 } },
      { tokens: ['a', 'b'], gate },
    );
    let cancel = (): void => {};
    const cancelled = call(
      'GenerateStream',
      'a',
      { options: { max_tokens: 50 } },
      new Promise<void>((resolve) => {
        cancel = resolve;
      }),
    );
    await eventually(() => service.produced === 2);
    const usage = async () => {
      const [status] = await access.statuses();
      return [status?.tokensPerMinute.used, status?.concurrency.used];
    };
    expect(await usage()).toEqual([51, 1]);
    expect(codeOf(await call('Generate', 'a', { options: { max_tokens: 1 } }))).toEqual([
      RESOURCE_EXHAUSTED,
      'rate_limit_exceeded',
    ]);
    cancel();
    await cancelled;
    await eventually(() => service.running === 0);
    const [tokens, concurrency] = await usage();
    expect(tokens).toBeLessThan(51);
    expect(concurrency).toBe(0);
  });

  it('refuses for good what no waiting helps', async () => {
    const { call } = await rig({ a: { tokensPerMinute: 10 } });
    const refused = await call('Generate', 'a', { options: { max_tokens: 100 } });
    expect(codeOf(refused)).toEqual([RESOURCE_EXHAUSTED, 'insufficient_quota']);
    expect(trailer(refused, 'x-should-retry')).toBe('false');
    expect(trailer(refused, 'grpc-retry-pushback-ms')).toBeNull();
  });
});
