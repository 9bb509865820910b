import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, openTracer, type Tracer } from '../../../src/observability/index.ts';
import { type OtlpCollector, startOtlpCollector } from '../../support/otlp-collector.ts';

const REMOTE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: 'vendor=1' };
const EPOCH_MS = 1_700_000_000_000;

let collector: OtlpCollector;
let log: Record<string, unknown>[];
beforeEach(async () => {
  collector = await startOtlpCollector();
  log = [];
});
afterEach(() => collector.close());

function open(endpoint: string | null, sampleRatio = 1): Promise<Tracer> {
  let nowMs = 0;
  return openTracer({
    endpoint,
    sampleRatio,
    serviceVersion: '1.2.3',
    logger: createLogger({ level: 'info', destination: { write: (line) => log.push(JSON.parse(line)) } }),
    clock: { now: () => nowMs++ },
    epochMs: () => EPOCH_MS + nowMs,
  });
}

const server = (name: string, parent: typeof REMOTE | null) => ({ name, kind: 'server', parent }) as const;

describe('what is sent to a collector', () => {
  it('is a tree of spans, with times, attributes, errors and the service', async () => {
    const tracer = await open(`${collector.url}/`);
    const call = tracer.startSpan({ ...server('call', REMOTE), attributes: { route: '/x', none: null } });
    const child = tracer.startSpan({
      name: 'decode',
      kind: 'internal',
      parent: call.context,
      startMs: 1000.25,
      attributes: { bits: 5.5, tokens: 3, configs: ['q4', 'q8'], done: true },
    });
    child.end({ endMs: 1010.5 });
    call.set({ status: 503 });
    call.end({ errorType: 'overloaded', endMs: 2000 });
    await tracer.close();

    expect(collector.spans).toHaveLength(2);
    const [inner, outer] = collector.spans;
    expect(outer).toMatchObject({
      traceId: REMOTE.traceId,
      spanId: call.context?.spanId,
      parentId: REMOTE.spanId,
      state: 'vendor=1',
      name: 'call',
      kind: 'server',
      isError: true,
      attributes: { route: '/x', status: 503, 'error.type': 'overloaded' },
      resource: { 'service.name': 'quept', 'service.version': '1.2.3' },
    });
    expect(inner).toMatchObject({
      traceId: REMOTE.traceId,
      parentId: outer?.spanId,
      kind: 'internal',
      isError: false,
      attributes: { bits: 5.5, tokens: 3, configs: ['q4', 'q8'], done: true },
    });
    expect(inner?.startMs).toBeCloseTo(EPOCH_MS + 1000.25, 1);
    expect((inner?.endMs ?? 0) - (inner?.startMs ?? 0)).toBeCloseTo(10.25, 1);
    expect(log).toEqual([]);
  });

  it('is what callers have decided, and of the rest the share that is wanted', async () => {
    const tracer = await open(collector.url, 0);
    tracer.startSpan(server('kept', REMOTE)).end();
    const own = tracer.startSpan(server('own', null));
    expect(own.context).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/), sampled: false });
    own.end();
    await tracer.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(['kept']);

    const all = await open(collector.url, 1);
    all.startSpan(server('begun', null)).end();
    const dropped = all.startSpan(server('dropped', { ...REMOTE, sampled: false }));
    all.startSpan({ name: 'below', kind: 'internal', parent: dropped.context }).end();
    dropped.end();
    await all.close();
    expect(collector.spans.slice(1).map(({ name, parentId }) => [name, parentId])).toEqual([['begun', null]]);
  });
});

describe('what the environment says', () => {
  const variables = {
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=abc',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_SERVICE_NAME: 'mine',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  };
  beforeEach(() => Object.assign(process.env, variables));
  afterEach(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });

  it('of exporters and services holds', async () => {
    const tracer = await open(collector.url);
    tracer.startSpan(server('call', null)).end();
    await tracer.close();
    expect(collector.headers[0]).toMatchObject({ 'x-collector-key': 'abc', 'content-encoding': 'gzip' });
    expect(collector.spans[0]?.resource).toMatchObject({
      'service.name': 'mine',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
    });
  });
});

describe('a collector that fails', () => {
  it('costs its spans and a line of the log', async () => {
    collector.answer(400);
    const tracer = await open(collector.url);
    for (let i = 0; i < 3; i++) tracer.startSpan(server('lost', null)).end();
    await tracer.close();
    expect(log).toEqual([
      expect.objectContaining({ level: 'warn', lost: 3, msg: 'traces could not be sent' }),
    ]);
  });

  it('that is not there, nor memory beyond a bound', async () => {
    await collector.close();
    const tracer = await open(collector.url);
    for (let i = 0; i < 10_000; i++) tracer.startSpan(server('lost', null)).end();
    await tracer.close();
  });
});

describe('without a collector', () => {
  it('nothing is loaded or made', async () => {
    const tracer = await open(null);
    expect(tracer.startSpan(server('call', null)).context).toBeNull();
    expect(tracer.startSpan(server('call', REMOTE)).context).toEqual({ ...REMOTE, sampled: false });
    await tracer.close();
  });
});
