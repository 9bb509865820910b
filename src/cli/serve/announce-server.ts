import { isIPv6 } from 'node:net';
import type { ServedModel } from '../../core/index.ts';
import type { HttpServerHandle } from '../../server/index.ts';
import type { Output } from '../output.ts';
import type { OpenGrpc } from './open-grpc.ts';

/** Where the server can be reached. */
interface Places {
  readonly http: HttpServerHandle;
  /** Whether there is a page at `/`. */
  readonly dashboard: boolean;
  readonly metrics: HttpServerHandle | null;
  readonly admin: HttpServerHandle | null;
  readonly grpc: OpenGrpc | null;
}

/** Says that requests are taken, and where. */
export function announceServer(output: Output, model: ServedModel, places: Places): void {
  const { http, dashboard, metrics, admin, grpc } = places;
  const url = urlOf(http);
  const grpcAddress = grpc === null ? null : addressOf(grpc.port ?? http);
  const precisions = model.ladder.map(({ id }) => id);
  const { id, fingerprint, contextLength } = model;
  output.result(
    {
      url,
      dashboardUrl: dashboard ? `${url}/` : null,
      metricsUrl: metrics === null ? null : `${urlOf(metrics)}/metrics`,
      adminUrl: admin === null ? null : `${urlOf(admin)}/admin`,
      grpcAddress,
      grpcTls: grpc?.tls ?? false,
      model: id,
      fingerprint,
      contextLength,
      precisions,
      pid: process.pid,
    },
    () => {
      const also = `${grpcAddress === null ? '' : `, gRPC at ${grpcAddress}`}${dashboard ? `, dashboard at ${url}/` : ''}`;
      return `Serving ${id} (${precisions.join(', ')}) at ${url}/v1${also}. Ctrl-C stops.`;
    },
  );
}

function urlOf(place: HttpServerHandle): string {
  return `http://${addressOf(place)}`;
}

function addressOf({ host, port }: Pick<HttpServerHandle, 'host' | 'port'>): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
