import type { Socket } from 'node:net';
import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerOptions,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { within } from '../../core/index.ts';
import { Health, InferenceServiceDescription, ServerReflection } from '../../protocol/index.ts';
import { arrivalLimit } from './arrival-limit.ts';
import { authenticateCalls, type Callers } from './authenticate-calls.ts';
import { type CallContext, streamHandler, unaryHandler } from './call-handlers.ts';
import { CallsInFlight } from './calls-in-flight.ts';
import { gateArrivals } from './gate-arrivals.ts';
import { GrpcConnections } from './grpc-connections.ts';
import {
  DEFAULT_GRPC_SERVER_OPTIONS,
  type GrpcServerDependencies,
  type GrpcServerOptions,
  type GrpcTls,
} from './grpc-server-options.ts';
import { HealthService } from './health-service.ts';
import { inferenceMethods } from './inference-methods.ts';
import { reflectionService } from './reflection-service.ts';
import { serviceDefinition } from './service-definition.ts';

export interface GrpcServer {
  /** Speaks gRPC on a connection from now on. Bytes that were put back into the socket are read too. */
  accept(socket: Socket): void;
  /**
   * Tells watching clients the readiness at once, lets calls finish for `graceMs`, then closes all connections.
   * Until then new calls are answered, if only with `shutting_down`. May be called again: the shortest grace counts.
   */
  close(graceMs: number): Promise<void>;
}

/** Probes have no keys. */
const HEALTH_PATH = `/${Health.typeName}/`;

/** After the last call of the InferenceService: for answers to be written out, and open reflection calls to end. */
const LAST_STREAMS_MS = 500;

/** The gRPC API on connections that are given to it: it listens on no port of its own. */
export function createGrpcServer(
  dependencies: GrpcServerDependencies,
  overrides: Partial<GrpcServerOptions> = {},
): GrpcServer {
  const options = { ...DEFAULT_GRPC_SERVER_OPTIONS, ...overrides };
  const { stalledReaderMs } = options;
  const callers: Callers = new WeakMap();
  const inFlight = new CallsInFlight();
  const health = new HealthService({
    readiness: () => dependencies.service.readiness(),
    services: [InferenceServiceDescription.typeName],
    intervalMs: options.healthIntervalMs,
  });
  // It writes metadata that it cannot read to stderr, word for word, and a key may be among it.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server(channelOptions(dependencies, options, callers));
  const inference = inferenceHandlers(dependencies, { dependencies, inFlight, callers, stalledReaderMs });
  const reflection = reflectionService([InferenceServiceDescription, Health, ServerReflection]);
  server.addService(serviceDefinition(InferenceServiceDescription), inference);
  server.addService(serviceDefinition(Health), health.implementation);
  server.addService(serviceDefinition(ServerReflection), reflection);
  const connections = new GrpcConnections(server.createConnectionInjector(credentialsOf(options.tls)));
  let drained: Promise<void> | null = null;
  return {
    accept: (socket) => connections.accept(socket),
    close: async (graceMs) => {
      health.refresh();
      drained ??= inFlight.empty();
      await within(drained, graceMs);
      const closed = connections.refuse();
      health.close();
      // Its callback says nothing: from Node 24 on it comes before the last bytes have left.
      server.tryShutdown(() => {});
      await within(closed, Math.min(graceMs, LAST_STREAMS_MS));
      connections.destroy();
    },
  };
}

function channelOptions(
  dependencies: GrpcServerDependencies,
  options: GrpcServerOptions,
  callers: Callers,
): ServerOptions {
  return {
    'grpc.max_receive_message_length': options.maxMessageBytes,
    'grpc.max_concurrent_streams': options.maxStreamsPerConnection,
    'grpc.keepalive_time_ms': options.keepAliveMs,
    'grpc.keepalive_timeout_ms': options.keepAliveTimeoutMs,
    // Debugging of channels is nothing that this server offers.
    'grpc.enable_channelz': 0,
    interceptors: [
      arrivalLimit(options.requestTimeoutMs),
      authenticateCalls(dependencies, callers, (path) => path.startsWith(HEALTH_PATH)),
      gateArrivals(callers),
    ],
  };
}

function inferenceHandlers(
  dependencies: GrpcServerDependencies,
  context: CallContext,
): UntypedServiceImplementation {
  const { unary, streams } = inferenceMethods(dependencies);
  return Object.fromEntries([
    ...[...unary].map(([name, method]) => [name, unaryHandler(method, context)]),
    ...[...streams].map(([name, method]) => [name, streamHandler(method, context)]),
  ]);
}

function credentialsOf(tls: GrpcTls | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(
    tls.clientAuthorities,
    [{ cert_chain: tls.certificate, private_key: tls.key }],
    tls.clientAuthorities !== null,
  );
}
