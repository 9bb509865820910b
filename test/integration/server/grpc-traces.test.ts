import { afterEach, describe, expect, it } from 'vitest';
import { openCaller } from '../../../src/access/index.ts';
import { QueptError } from '../../../src/core/index.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';
import { RecordingTracer } from '../../support/recording-tracer.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const METADATA = { traceparent: `00-${TRACE}-${SPAN}-01`, 'x-request-id': 'mine' };
const GENERATE = { model: 'tiny', text: 'a' };

let server: GrpcTestServer;
afterEach(() => server.close());

describe('the span of a gRPC call', () => {
  it("continues its caller's trace, and is the parent of what is done for it", async () => {
    const tracer = new RecordingTracer();
    server = await grpcTestServer({ tokens: ['a'] }, { tracer });
    const client = server.connect();
    await client.call('Generate', GENERATE, { metadata: METADATA });
    await client.call('GenerateStream', GENERATE, { metadata: METADATA });
    expect(tracer.spans.map(({ name }) => name)).toEqual([
      'quept.v1.InferenceService/Generate',
      'quept.v1.InferenceService/GenerateStream',
    ]);
    for (const [i, span] of tracer.spans.entries()) {
      expect(span).toMatchObject({
        kind: 'server',
        parent: { traceId: TRACE, spanId: SPAN },
        attributes: {
          'rpc.system.name': 'grpc',
          'rpc.method': span.name,
          'rpc.response.status_code': 'OK',
          'quept.request.id': 'mine',
        },
        ended: {},
      });
      expect(server.service.received[i]?.trace).toEqual(span.context);
    }
    expect(server.log).toHaveLength(2);
    expect(server.log[0]).toMatchObject({ request_id: 'mine', trace_id: TRACE, finish_reason: 'stop' });
  });

  it('is an error by the fault of the server, and tells of a refusal before the message', async () => {
    const tracer = new RecordingTracer();
    let refuses = false;
    server = await grpcTestServer(
      { tokens: [], refusal: new QueptError('overloaded', 'full') },
      {
        tracer,
        authenticate: async () => {
          if (refuses) throw new QueptError('invalid_api_key', 'no');

          return openCaller('someone');
        },
      },
    );
    const client = server.connect();
    await client.call('Generate', GENERATE, { metadata: METADATA });
    refuses = true;
    await client.call('Generate', GENERATE, { metadata: METADATA });
    expect(
      tracer.spans.map(({ attributes, ended }) => [attributes['rpc.response.status_code'], ended]),
    ).toEqual([
      ['UNAVAILABLE', { errorType: 'overloaded' }],
      ['UNAUTHENTICATED', {}],
    ]);
    expect(server.log.every(({ trace_id: id }) => id === TRACE)).toBe(true);
  });
});
