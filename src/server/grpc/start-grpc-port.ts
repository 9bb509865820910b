import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Logger } from '../../observability/index.ts';
import { listen } from '../listen.ts';

interface GrpcPortOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
  /** Gets every connection. */
  readonly accept: (socket: Socket) => void;
}

export interface GrpcPort {
  readonly host: string;
  readonly port: number;
  /** Stops listening. Connections that are open stay open. */
  close(): void;
}

/** Further connections are closed at once. */
const MAX_CONNECTIONS = 4_096;

/** A port of its own for gRPC. Throws QueptError `invalid_config` when the address cannot be listened on. */
export async function startGrpcPort({ host, port, logger, accept }: GrpcPortOptions): Promise<GrpcPort> {
  const server = createServer(accept);
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, host, port);
  server.on('error', (error) => logger.error({ err: error }, 'accepting connections failed'));
  return { host, port: (server.address() as AddressInfo).port, close: () => server.close() };
}
