import {
  explainServeConfig,
  loadServeConfig,
  type ServeConfig,
  unknownVariables,
} from '../../config/index.ts';
import { QueptError } from '../../core/index.ts';
import type { ArtefactManifest } from '../../quant/index.ts';
import { bytesOfMib } from '../bytes-of-mib.ts';
import { defaultModelDirectory } from '../default-model.ts';
import { loadFault } from '../load-fault.ts';
import { checkAdapter } from './check-adapter.ts';
import { checkArtefact } from './check-artefact.ts';
import { checkCertificates } from './check-certificates.ts';
import { checkClock } from './check-clock.ts';
import { checkCollector } from './check-collector.ts';
import { checkDescriptors } from './check-descriptors.ts';
import { checkDisk } from './check-disk.ts';
import { checkKeys } from './check-keys.ts';
import { checkMemory, memoryNeed } from './check-memory.ts';
import { checkNode } from './check-node.ts';
import { checkPorts } from './check-ports.ts';
import { checkProcessor } from './check-processor.ts';
import { checkRedis } from './check-redis.ts';
import { checkRuntime } from './check-runtime.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { type Machine, readMachine } from './machine.ts';

/**
 * Looks at whether this machine can run the server that the settings describe, one finding after another. Settings at
 * fault are one of them: the rest is then looked at with the defaults.
 */
export async function* runDoctor(
  flags: Readonly<Record<string, unknown>>,
  machine: Machine = readMachine(),
): AsyncGenerator<Finding, void> {
  const { config, finding } = settingsOf(flags);
  yield finding;
  yield checkNode(machine);
  yield* looked('runtime', checkRuntime);
  yield* checkProcessor(machine, config.threads);
  yield* looked('gpu', () => checkAdapter(config.device, bytesOfMib(config.deviceMemoryMb)));
  yield* checkModel(config, machine);
  yield checkDescriptors(machine.descriptors);
  yield* looked('port', () => checkPorts(config));
  yield* looked('disk', () => checkDisk(config.record, config.recordMaxBytes));
  yield* looked('keys', () => checkKeys(config));
  yield* looked('certificates', () => checkCertificates(config));
  const { redisUrl, otlpEndpoint } = config;
  if (redisUrl !== null) yield* looked('redis', () => checkRedis(redisUrl));
  if (otlpEndpoint !== null) yield* looked('traces', () => checkCollector(otlpEndpoint));
}

type Found = Finding | readonly Finding[] | null;

/** What a check finds. A machine that is in a bad way fails checks in ways of its own: that is a finding, and not the last. */
async function* looked(check: string, look: () => Found | Promise<Found>): AsyncGenerator<Finding, void> {
  try {
    yield* [(await look()) ?? []].flat();
  } catch (thrown) {
    yield fail(
      check,
      `it cannot be looked at: ${loadFault(thrown)}`,
      'See to this first, then run it again.',
    );
  }
}

function settingsOf(flags: Readonly<Record<string, unknown>>): { config: ServeConfig; finding: Finding } {
  const check = 'settings';
  try {
    const { config, file } = explainServeConfig(flags);
    const unknown = unknownVariables();
    const told = file === null ? 'no config file' : file;
    const finding =
      unknown.length === 0
        ? ok(check, told)
        : warn(check, `${unknown.join(', ')}: no such setting`, 'Correct or remove these variables.');
    return { config, finding };
  } catch (thrown) {
    if (!(thrown instanceof QueptError)) throw thrown;
    const finding = fail(check, thrown.message, "Correct them; 'quept config check' tells the same.");
    return { config: loadServeConfig({}, {}), finding };
  }
}

/** The model, and what hangs on it: memory, and whether the clock can be right. */
async function* checkModel(config: ServeConfig, machine: Machine): AsyncGenerator<Finding, void> {
  const directory = config.model ?? defaultModelDirectory();
  if (directory === null) {
    yield fail(
      'model',
      'none is given, and none comes with the package',
      'Set model: quept quantize makes one.',
    );
    yield await checkClock(0);
    return;
  }
  let manifest: ArtefactManifest | null = null;
  yield* looked('model', async () => {
    const checked = await checkArtefact(directory);
    manifest = checked.manifest;
    return checked.finding;
  });
  yield* checkWith(manifest, config, machine);
}

async function* checkWith(
  manifest: ArtefactManifest | null,
  config: ServeConfig,
  machine: Machine,
): AsyncGenerator<Finding, void> {
  if (manifest !== null) {
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    yield checkMemory(machine.memory, memoryNeed(manifest.architecture, bytes, config));
  }
  yield await checkClock(manifest === null ? 0 : Date.parse(manifest.provenance.createdAt));
}
