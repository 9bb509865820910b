import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { QueptError } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import { listen } from '../listen.ts';
import { reportRefusals } from '../report-refusals.ts';
import { connectionError, HTTP2_PREFACE, rawErrorResponse } from './connection-error.ts';
import { errorResponse } from './error-response.ts';
import { splitHttp2 } from './split-http2.ts';
import { unmetExpectation } from './unmet-expectation.ts';

/** Anything that answers web-standard requests; `createHttpApp` makes one. */
export interface FetchApp {
  fetch(request: Request, env: object): Response | Promise<Response>;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
  /** All headers must have arrived by then. */
  readonly headersTimeoutMs?: number;
  /** Headers and body must have arrived by then; the time to answer is not counted. */
  readonly requestTimeoutMs?: number;
  /** An idle connection is kept open this long. */
  readonly keepAliveTimeoutMs?: number;
  readonly maxHeaderBytes?: number;
  /** Further connections are closed at once. */
  readonly maxConnections?: number;
  /** Gets connections that begin as HTTP/2, and ends them in its own time; without it they are answered 400 at once. */
  readonly onHttp2?: (socket: Socket) => void;
}

export interface HttpServerHandle {
  readonly host: string;
  readonly port: number;
  /** From now on every answer ends its connection, so that clients come back to another server; may be repeated. */
  retire(): void;
  /**
   * Stops accepting, lets requests finish for `graceMs`, then destroys what is left. May be called again: the
   * shortest grace counts, and all calls resolve when the last connection is gone.
   */
  close(graceMs: number): Promise<void>;
}

const DEFAULTS = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  // Longer than the 60 s of common load balancers, so that they and not we close an idle connection.
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 16 * 1024,
  maxConnections: 4_096,
};

/**
 * Serves `app` over HTTP/1.1. Throws QueptError `invalid_config` when the address cannot be listened on.
 */
export async function startHttpServer(app: FetchApp, given: HttpServerOptions): Promise<HttpServerHandle> {
  const options = { ...DEFAULTS, ...given };
  const server = createServer({
    headersTimeout: options.headersTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    maxHeaderSize: options.maxHeaderBytes,
    // How late a timeout may be noticed.
    connectionsCheckingInterval: Math.min(1_000, Math.ceil(options.headersTimeoutMs / 4)),
    // The listener below answers in JSON where Node would send an empty 400.
    requireHostHeader: false,
  });
  server.maxConnections = options.maxConnections;
  splitHttp2(server, {
    // Node's parser would wait for the rest of the preface, and so for its timeout.
    onHttp2: options.onHttp2 ?? ((socket) => answerBrokenRequest({ code: HTTP2_PREFACE }, socket, null)),
    timeoutMs: options.headersTimeoutMs,
    onSilent: (socket) => answerBrokenRequest({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket, null),
  });
  let retired = false;
  const connections = trackConnections(server, () => retired);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerBrokenRequest(error, socket as Socket, connections.get(socket as Socket));
  });
  server.on('request', requestListener(app, options.logger));
  server.on('checkExpectation', unmetExpectation);
  await listen(server, options.host, options.port);
  reportRefusals(server, options.logger);
  let closed: Promise<void> | null = null;
  return {
    host: options.host,
    port: (server.address() as AddressInfo).port,
    retire: () => {
      retired = true;
      endAfterAnswer(connections);
    },
    close: async (graceMs) => {
      retired = true;
      closed ??= stopAccepting(server, connections);
      const deadline = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

/** Open sockets, each with the response it is waiting for or receiving; null between requests. */
type Connections = Map<Socket, ServerResponse | null>;

/** @param retired whether answers end their connections */
function trackConnections(server: Server, retired: () => boolean): Connections {
  const connections: Connections = new Map();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, null);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    connections.set(socket, response);
    if (retired()) response.shouldKeepAlive = false;
    response.once('close', () => {
      if (connections.get(socket) === response) connections.set(socket, null);
      // The headers may have promised to keep the connection before the server was told to close.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
  return connections;
}

function requestListener(app: FetchApp, logger: Logger): ReturnType<typeof getRequestListener> {
  return getRequestListener((request, env) => app.fetch(request, env), {
    hostname: 'localhost',
    // Leave the process's own Request and Response alone: clients in the same process use them too.
    overrideGlobalObjects: false,
    errorHandler: (thrown) => {
      if (thrown instanceof RequestError) {
        return errorResponse(
          new QueptError('invalid_request', 'The request target or Host header is invalid.'),
        );
      }
      logger.error({ err: thrown }, 'request failed outside of the application');
      return errorResponse(thrown);
    },
  });
}

/** Answers a request that never became one, unless an answer is already on the wire. */
function answerBrokenRequest(
  error: Pick<NodeJS.ErrnoException, 'code'>,
  socket: Socket,
  response: ServerResponse | null | undefined,
): void {
  const midAnswer = response?.headersSent === true && !response.writableFinished;
  if (error.code === 'ECONNRESET' || !socket.writable || midAnswer) {
    socket.destroy();
    return;
  }
  socket.end(rawErrorResponse(connectionError(error.code)));
  // A stalled client does not close its side either.
  socket.destroySoon();
}

/** Resolves when the last connection has gone; those without a request in flight go at once. */
function stopAccepting(server: Server, connections: Connections): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endAfterAnswer(connections);
  for (const [socket, response] of connections) {
    // Connected, but never asked for anything: Node does not count that as idle.
    if (response === null && socket.bytesRead === 0) socket.destroy();
  }
  server.closeIdleConnections();
  return closed;
}

/** Answers whose headers have not left yet say that they are the last ones of their connections. */
function endAfterAnswer(connections: Connections): void {
  for (const response of connections.values()) {
    if (response !== null && !response.headersSent) response.shouldKeepAlive = false;
  }
}
