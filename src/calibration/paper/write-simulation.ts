import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelArchitecture } from '../../core/index.ts';
import {
  explainDiskFault,
  fileSha256,
  formatManifest,
  SIMULATION_FILE,
  WeightsWriter,
  writeDurably,
} from '../../quant/index.ts';
import type { PaperBlock } from './paper-learner.ts';
import type { PaperScheme } from './paper-scheme.ts';
import {
  describeScheme,
  parseSimulationManifest,
  SIMULATION_VERSION,
  SIMULATION_WEIGHTS,
  type SimulationManifest,
} from './simulation-manifest.ts';
import { simulationTensors } from './simulation-tensors.ts';

/** What a manifest says beyond the scheme. */
export type SimulationDescription = Pick<SimulationManifest, 'name' | 'provenance'>;

/**
 * Writes a simulated quantization into `directory`, made anew, the manifest last of all.
 *
 * @param loadBlock what was learned of block i
 * Throws QueptError `invalid_usage` when the disk does not take it.
 */
export async function writeSimulation(
  directory: string,
  architecture: ModelArchitecture,
  scheme: PaperScheme,
  description: SimulationDescription,
  loadBlock: (index: number) => Promise<PaperBlock>,
): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    const path = join(directory, SIMULATION_WEIGHTS);
    const writer = await WeightsWriter.create(path, simulationTensors(architecture, scheme));
    try {
      for (let layer = 0; layer < architecture.layers; layer++) {
        for (const [name, values] of await loadBlock(layer))
          await writer.append(`layers.${layer}.${name}`, values);
      }
      await writer.finish();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const weights = {
      name: SIMULATION_WEIGHTS,
      bytes: (await stat(path)).size,
      sha256: await fileSha256(path),
    };
    const { name, provenance } = description;
    const text = formatManifest({
      formatVersion: SIMULATION_VERSION,
      name,
      ...describeScheme(scheme),
      weights,
      provenance,
    });
    // What is written is what a reader will accept.
    parseSimulationManifest(text);
    await writeDurably(join(directory, SIMULATION_FILE), text);
  } catch (error) {
    throw explainDiskFault(error, directory, 'The finished blocks are kept: go on with --resume.');
  }
}
