import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ServeConfig } from '../../config/index.ts';
import { createGrpcServer, type GrpcPort, type GrpcServer, startGrpcPort } from '../../server/index.ts';
import { connectionLimit } from './connection-limit.ts';
import { readGrpcTls } from './grpc-tls.ts';
import type { Backend } from './open-http.ts';

/** gRPC as the settings have it. */
export interface OpenGrpc {
  /** For connections to the HTTP port that speak HTTP/2; absent where gRPC is not there. */
  readonly onHttp2?: (socket: Socket) => void;
  /** Where it has a port of its own; null where it shares HTTP's. */
  readonly port: GrpcPort | null;
  readonly tls: boolean;
  /** As `GrpcServer.close`, the port of its own included. */
  close(graceMs: number): Promise<void>;
}

/**
 * Starts gRPC, or returns null where it is off.
 *
 * Throws QueptError `invalid_config` naming a certificate that cannot be used, or the address that cannot be
 * listened on.
 */
export async function openGrpc(config: ServeConfig, backend: Backend): Promise<OpenGrpc | null> {
  const { grpcPort, grpcHost, host, maxBodyBytes, requestTimeoutMs, grpcKeepAliveMs, stalledReaderMs } =
    config;
  if (grpcPort === 'off') return null;
  const tls = readGrpcTls(config);
  const server: GrpcServer = createGrpcServer(
    {
      ...backend,
      clock: performance,
      epochMs: () => Date.now(),
      createId: () => randomUUID().replaceAll('-', ''),
    },
    { tls, maxMessageBytes: maxBodyBytes, requestTimeoutMs, keepAliveMs: grpcKeepAliveMs, stalledReaderMs },
  );
  if (grpcPort === 'shared') {
    return { onHttp2: server.accept, port: null, tls: false, close: (graceMs) => server.close(graceMs) };
  }
  const port = await startGrpcPort({
    host: grpcHost ?? host,
    port: grpcPort,
    logger: backend.logger,
    accept: server.accept,
    maxConnections: connectionLimit(config),
  });
  return {
    port,
    tls: tls !== null,
    close: async (graceMs) => {
      // Probes come on connections of their own, so the port stays open until the last call has been answered.
      await server.close(graceMs);
      port.close();
    },
  };
}
