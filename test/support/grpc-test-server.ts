import { openAccess } from '../../src/access/index.ts';
import type { Authenticate } from '../../src/core/index.ts';
import { createLogger, type Tracer } from '../../src/observability/index.ts';
import { createGrpcServer, type GrpcServerOptions, startGrpcPort } from '../../src/server/index.ts';
import { FakeInferenceService, type FakeReply } from './fake-inference-service.ts';
import { GrpcClient, type INFERENCE } from './grpc-client.ts';

interface TestServerOptions extends Partial<GrpcServerOptions> {
  readonly authenticate?: Authenticate;
  readonly tracer?: Tracer;
}

/** A gRPC server on a port of its own over a scripted service, with its log as parsed lines. */
export async function grpcTestServer(
  script: FakeReply | ((request: FakeInferenceService['received'][number]) => FakeReply),
  { authenticate = openAccess, tracer, ...options }: TestServerOptions = {},
) {
  const service = new FakeInferenceService(typeof script === 'function' ? script : () => script);
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({
    level: 'debug',
    destination: { write: (line) => log.push(JSON.parse(line)) },
  });
  let ids = 0;
  const server = createGrpcServer(
    {
      service,
      logger,
      ...(tracer !== undefined && { tracer }),
      authenticate,
      clock: performance,
      epochMs: () => Date.now(),
      createId: () => `id${++ids}`,
    },
    options,
  );
  const port = await startGrpcPort({
    host: '127.0.0.1',
    port: 0,
    logger,
    accept: server.accept,
    maxConnections: 1_000,
  });
  const clients: GrpcClient[] = [];
  const address = `127.0.0.1:${port.port}`;
  return {
    service,
    server,
    log,
    address,
    port: port.port,
    connect: (of?: typeof INFERENCE): GrpcClient => {
      const client = new GrpcClient(address, of);
      clients.push(client);
      return client;
    },
    close: async () => {
      port.close();
      for (const client of clients) client.close();
      await server.close(0);
    },
  };
}

export type GrpcTestServer = Awaited<ReturnType<typeof grpcTestServer>>;
