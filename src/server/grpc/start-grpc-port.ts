import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Logger } from '../../observability/index.ts';
import { listen } from '../listen.ts';
import { reportRefusals } from '../report-refusals.ts';

interface GrpcPortOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
  /** Gets every connection. */
  readonly accept: (socket: Socket) => void;
  /** Further connections are closed at once. */
  readonly maxConnections: number;
}

export interface GrpcPort {
  readonly host: string;
  readonly port: number;
  /** Stops listening. Connections that are open stay open. */
  close(): void;
}

/** A port of its own for gRPC. Throws QueptError `invalid_config` when the address cannot be listened on. */
export async function startGrpcPort(options: GrpcPortOptions): Promise<GrpcPort> {
  const { host, port, logger, accept, maxConnections } = options;
  const server = createServer(accept);
  server.maxConnections = maxConnections;
  await listen(server, host, port);
  reportRefusals(server, logger);
  return { host, port: (server.address() as AddressInfo).port, close: () => server.close() };
}
