import type { Command } from 'commander';
import { loadServeConfig, type ServeConfig, unknownVariables } from '../../config/index.ts';
import { QueptError } from '../../core/index.ts';
import { createGateway } from '../../gateway/index.ts';
import {
  createLiveMetrics,
  createLogger,
  createPrometheusMetrics,
  type KeyMetrics,
  type LeveledLogger,
  type MetricsSource,
  NO_METRICS,
  openTracer,
  type ServingMetrics,
  type Tracer,
  tellBoth,
  watchEventLoop,
} from '../../observability/index.ts';
import type { HttpServerHandle } from '../../server/index.ts';
import { bytesOfMib } from '../bytes-of-mib.ts';
import { defaultModelDirectory } from '../default-model.ts';
import { defineCommand } from '../define-command.ts';
import { interruptible } from '../interrupt.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { packageVersion } from '../package-version.ts';
import { announceServer } from '../serve/announce-server.ts';
import { checkStart } from '../serve/check-start.ts';
import { openAdmin } from '../serve/open-admin.ts';
import { openDashboard } from '../serve/open-dashboard.ts';
import { type OpenGrpc, openGrpc } from '../serve/open-grpc.ts';
import { openHttp, openMetrics } from '../serve/open-http.ts';
import { prepareRecording } from '../serve/recording-target.ts';
import { reloadOnHangup } from '../serve/reload-on-hangup.ts';
import { openServeAccess, type ServeAccess } from '../serve/serve-access.ts';
import { addServeOptions } from '../serve/serve-options.ts';
import { endSoon, shutDown } from '../serve/shut-down.ts';

export function registerServe(program: Command, streams: Streams): void {
  const command = defineCommand(program, {
    usage: 'serve',
    summary: 'serve an artefact over HTTP and gRPC',
    description:
      'Serves the OpenAI API over HTTP, and its own API over gRPC on the same port, from one artefact made by calibrate or quantize, or the small model that ' +
      'comes with the package when none is named. The port opens at once, and ' +
      '/health/ready answers 503 until the model is loaded. SIGTERM and Ctrl-C let running requests finish for ' +
      'up to --drain-ms; a second one stops at once. Every option may also be set by an environment variable ' +
      '(--max-waiting: QUEPT_MAX_WAITING) or in a config file (maxWaiting).',
    examples: ['serve', 'serve --model ./tiny-llama-q', 'serve --config quept.yaml'],
  }).option('--config <file>', 'YAML or JSON file of settings');
  addServeOptions(command).action(async (options: Readonly<Record<string, unknown>>) => {
    const config = loadServeConfig(options);
    await interruptible((signal) => serve(config, createOutput(options.json === true, streams), signal));
  });
}

/** Serves until `signal` is aborted and the drain is over. Rejects when the model cannot be served. */
async function serve(config: ServeConfig, output: Output, signal: AbortSignal): Promise<void> {
  const logger = createLogger({ level: config.logLevel, format: config.logFormat, destination: 'stderr' });
  for (const variable of unknownVariables()) {
    logger.warn({ variable }, 'this environment variable is no setting and has no effect');
  }
  await checkStart(config, () => modelDirectory(config));
  const prometheus = config.metricsPort === 'off' ? null : createPrometheusMetrics();
  const metrics = prometheus ?? NO_METRICS;
  const access = await openServeAccess(config, metrics, logger);
  const forget = reloadOnHangup(access.keys, logger);
  const tracer = await openTracer({
    endpoint: config.otlpEndpoint,
    sampleRatio: config.traceSampleRatio,
    serviceVersion: packageVersion(),
    logger,
    clock: performance,
    epochMs: Date.now,
  });
  try {
    await serveWith(access, { config, output, logger, metrics, prometheus, tracer }, signal);
  } finally {
    forget();
    await Promise.all([access.close(), tracer.close()]);
    // A collector that does not answer leaves a request behind, which would hold up the end for seconds.
    if (config.otlpEndpoint !== null) endSoon();
  }
}

/** What a server is told of by its command line, and tells. */
interface Surroundings {
  readonly config: ServeConfig;
  readonly output: Output;
  readonly logger: LeveledLogger;
  readonly metrics: ServingMetrics & KeyMetrics;
  /** What shows them; null where nothing is counted. */
  readonly prometheus: MetricsSource | null;
  readonly tracer: Tracer;
}

async function serveWith(
  access: ServeAccess,
  { config, output, logger, metrics, prometheus, tracer }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { slots, maxWaiting, maxWorkTokens, contextLength, prefillChunk, threads, tiers, decisionLog } =
    config;
  const artefactDirectory = modelDirectory(config);
  const live = config.dashboard ? createLiveMetrics(performance) : null;
  const gateway = await createGateway({
    artefactDirectory,
    slots,
    maxWaiting,
    maxWorkTokens,
    contextLength,
    prefillChunk,
    threads,
    device: config.device,
    deviceMemoryBytes: bytesOfMib(config.deviceMemoryMb),
    policy: config.policy,
    prefixSharing: config.prefixCache,
    tiers,
    deadlines: {
      queueMs: config.queueTimeoutMs,
      firstTokenMs: config.firstTokenTimeoutMs,
      totalMs: config.totalTimeoutMs,
    },
    decisionLog,
    toolFormat: config.toolFormat === 'auto' ? null : config.toolFormat,
    record:
      config.record === null
        ? null
        : { path: prepareRecording(config.record), maxBytes: config.recordMaxBytes },
    loadTimeoutMs: config.loadTimeoutMs,
    stallTimeoutMs: config.stallTimeoutMs,
    logger,
    metrics: live === null ? metrics : tellBoth(metrics, live.metrics),
    tracer,
  });
  const stopWatching =
    prometheus === null ? () => {} : watchEventLoop((seconds) => metrics.eventLoopLag(seconds));
  let http: HttpServerHandle | null = null;
  let metricsHttp: HttpServerHandle | null = null;
  let adminHttp: HttpServerHandle | null = null;
  let grpc: OpenGrpc | null = null;
  try {
    const backend = { service: gateway, authenticate: access.authenticate, logger, tracer };
    grpc = await openGrpc(config, backend);
    http = await openHttp(config, backend, {
      metrics: config.metricsPort === null ? prometheus : null,
      dashboard: live === null ? null : openDashboard(config, live.figures),
      onHttp2: grpc?.onHttp2,
    });
    metricsHttp = await openMetrics(config, prometheus, logger);
    adminHttp = await openAdmin(config, access, () => gateway.status(), logger);
    await Promise.race([gateway.ready, aborted(signal)]);
    if (!signal.aborted)
      announceServer(output, gateway.model, {
        http,
        dashboard: live !== null,
        metrics: prometheus === null ? null : (metricsHttp ?? http),
        admin: adminHttp,
        grpc,
      });
    await aborted(signal);
    await shutDown({ gateway, http, grpc, logger }, config);
  } finally {
    stopWatching();
    // Metrics and status tell of the drain to its end.
    await Promise.all([
      http?.close(0),
      grpc?.close(0),
      metricsHttp?.close(0),
      adminHttp?.close(0),
      gateway.close(0),
    ]);
  }
}

function modelDirectory({ model }: ServeConfig): string {
  const directory = model ?? defaultModelDirectory();
  if (directory !== null) return directory;
  throw new QueptError(
    'invalid_usage',
    "no model given, and the one that comes with the package is not there. Make an artefact of a Hugging Face folder with 'quept quantize <folder> <artefact>', then " +
      "serve it with 'quept serve --model <artefact>' (or QUEPT_MODEL)",
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
