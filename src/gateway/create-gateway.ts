import { availableParallelism } from 'node:os';
import type { Deadlines, Device, ServedModel, ServiceTier, ToolFormat } from '../core/index.ts';
import { readToolFormat } from '../engine/index.ts';
import { type Logger, NO_TRACER, type ServingMetrics, type Tracer } from '../observability/index.ts';
import { type ArtefactManifest, openArtefact } from '../quant/index.ts';
import type { PolicyName, PrefixSharing } from '../scheduler/index.ts';
import { Admission } from './admission.ts';
import type { RecordingSettings } from './channel.ts';
import { EngineClient } from './engine-client.ts';
import { EngineMetrics } from './engine-metrics.ts';
import { Gateway } from './gateway.ts';
import { GrammarPool } from './grammar-pool.ts';
import { RequestIndex } from './request-index.ts';
import { ServiceLevels, type TierSettings, tierShares } from './service-levels.ts';
import { TokenizerPool } from './tokenizer-pool.ts';

export interface GatewayOptions {
  /** Folder of the artefact to serve. */
  readonly artefactDirectory: string;
  /** Sequences held in memory at once. */
  readonly slots: number;
  /** Requests that may wait for a slot. */
  readonly maxWaiting: number;
  /** Tokens of work, prompts and what may be generated, of all requests together; null for no limit of its own. */
  readonly maxWorkTokens: number | null;
  /** Longest sequence, tokens; null for the model's own limit, which also bounds it. */
  readonly contextLength: number | null;
  /** Prompt tokens per step. */
  readonly prefillChunk: number;
  /** Decides the precision of requests that leave it open. */
  readonly policy: PolicyName;
  /** Between whom prompt prefixes are shared. */
  readonly prefixSharing: PrefixSharing;
  readonly tiers: Readonly<Record<ServiceTier, TierSettings>>;
  readonly deadlines: Deadlines;
  /** Threads of one forward pass on the processor. */
  readonly threads: number;
  readonly device: Device;
  /** Bytes of device memory that may be used; null for what the device has. */
  readonly deviceMemoryBytes: number | null;
  /** Requests whose decisions can be asked for; 0 for none. */
  readonly decisionLog: number;
  /** File to record every view and plan in; null for none. */
  readonly record: RecordingSettings | null;
  /** How the model writes calls of functions; null for what its chat template tells. */
  readonly toolFormat: ToolFormat | null;
  readonly logger: Logger;
  readonly metrics: ServingMetrics;
  /** Left out: nothing is traced. */
  readonly tracer?: Tracer;
  /** How long verifying and loading the model may take; null for what its size lets expect. */
  readonly loadTimeoutMs: number | null;
  /** How long an engine may be silent however short its steps are before it is killed; 0 for ever. */
  readonly stallTimeoutMs: number;
}

/** What a start takes whatever the model, on a machine with other things to do. */
const LOAD_BASE_MS = 60_000;
/** Of a slow disk or network volume: bytes that are read and verified. */
const LOAD_BYTES_PER_MS = 10_000;

/**
 * Reads the artefact's manifest, then starts the engine process and the tokenizers and returns without waiting
 * for them: see `ready`.
 *
 * Rejects with QueptError `invalid_artefact` when the folder holds no artefact or an inconsistent one; damage
 * that only reading the weights can show rejects `ready`. `invalid_config` for a tool format that does not go with the
 * model's chat template.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { artefactDirectory, slots, maxWaiting, logger, metrics, decisionLog } = options;
  const artefact = await openArtefact(artefactDirectory, { verify: false });
  await artefact.close();
  const { manifest, fingerprint } = artefact;
  const toolFormat = await readToolFormat(artefactDirectory, 'invalid_artefact', options.toolFormat);
  const model = { ...servedModel(manifest, fingerprint, options.contextLength), toolFormat };
  metrics.serving(model);
  const levels = new ServiceLevels(options.tiers, model.ladder);
  const engine = new EngineClient({
    entry: new URL('./engine-process.js', import.meta.url),
    settings: {
      artefactDirectory,
      slots,
      contextLength: model.contextLength,
      prefillChunk: options.prefillChunk,
      policy: options.policy,
      prefixSharing: options.prefixSharing,
      threads: options.threads,
      device: options.device,
      deviceMemoryBytes: options.deviceMemoryBytes,
      decisionLog,
      record: options.record,
    },
    onProfile: (profile) => levels.measured(profile),
    onSlowness: (slowness) => levels.observed(slowness),
    loadTimeoutMs: options.loadTimeoutMs ?? expectedLoadMs(manifest),
    stallTimeoutMs: options.stallTimeoutMs,
    logger,
    metrics: new EngineMetrics(metrics, model.ladder),
  });
  const tokenizer = new TokenizerPool({
    entry: new URL('./tokenizer-worker.js', import.meta.url),
    artefactDirectory,
    toolFormat: options.toolFormat,
    // A second vocabulary in memory pays only where there are cores beside the engine's.
    threads: availableParallelism() > 2 ? 2 : 1,
  });
  const gateway = new Gateway({
    model,
    vocabSize: manifest.architecture.vocabSize,
    samplingDefaults: manifest.generation.sampling,
    levels,
    deadlines: options.deadlines,
    admission: new Admission(
      {
        slots,
        maxWaiting,
        // Without a limit of its own the work is bounded by the requests, each of which fits the context.
        maxWorkTokens: options.maxWorkTokens ?? (slots + maxWaiting) * model.contextLength,
        shares: tierShares(options.tiers),
      },
      () => performance.now(),
    ),
    engine,
    tokenizer,
    grammars: new GrammarPool(new URL('./grammar-worker.js', import.meta.url)),
    metrics,
    tracer: options.tracer ?? NO_TRACER,
    clock: performance,
    index: new RequestIndex(decisionLog),
  });
  metrics.readiness(() => gateway.readiness().ready);
  return gateway;
}

function expectedLoadMs({ files }: ArtefactManifest): number {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return Math.round(LOAD_BASE_MS + bytes / LOAD_BYTES_PER_MS);
}

function servedModel(
  manifest: ArtefactManifest,
  fingerprint: string,
  contextLength: number | null,
): Omit<ServedModel, 'toolFormat'> {
  const longest = manifest.architecture.contextLength;
  return {
    id: manifest.name,
    createdAt: Math.floor(Date.parse(manifest.provenance.createdAt) / 1000),
    fingerprint,
    contextLength: Math.min(contextLength ?? longest, longest),
    ladder: manifest.ladder,
  };
}
