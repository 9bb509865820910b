import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelArchitecture, QueptError } from '../../core/index.ts';
import { fileSha256, openSafetensors, SIMULATION_FILE } from '../../quant/index.ts';
import type { PaperScheme } from './paper-scheme.ts';
import {
  manifestScheme,
  parseSimulationManifest,
  SIMULATION_WEIGHTS,
  type SimulationManifest,
} from './simulation-manifest.ts';
import { simulationTensors } from './simulation-tensors.ts';

/** An opened simulated quantization. */
export interface Simulation {
  readonly directory: string;
  readonly manifest: SimulationManifest;
  readonly scheme: PaperScheme;
  /** Rows [from, to) of a tensor by its first axis, f32, in a buffer of their own. */
  read(tensor: string, from: number, to: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Whether a directory says of itself that it is a simulated quantization. */
export async function isSimulation(directory: string): Promise<boolean> {
  return access(join(directory, SIMULATION_FILE)).then(
    () => true,
    () => false,
  );
}

/** Throws QueptError `invalid_artefact` naming file and field. */
export async function readSimulationManifest(directory: string): Promise<SimulationManifest> {
  let text: string;
  try {
    text = await readFile(join(directory, SIMULATION_FILE), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new QueptError('invalid_artefact', `${directory}/${SIMULATION_FILE} cannot be read (${code}).`, {
      cause: error,
    });
  }
  return parseSimulationManifest(text);
}

/**
 * Opens the simulated quantization in `directory`, every byte and tensor checked.
 *
 * @param architecture of the checkpoint it was learned on
 * Throws QueptError `invalid_artefact` naming file, field or tensor.
 */
export async function openSimulation(
  directory: string,
  architecture: ModelArchitecture,
): Promise<Simulation> {
  const manifest = await readSimulationManifest(directory);
  const scheme = manifestScheme(manifest);
  const path = join(directory, SIMULATION_WEIGHTS);
  const weights = await openSafetensors(path, 'invalid_artefact');
  try {
    if ((await fileSha256(path)) !== manifest.weights.sha256) throw damaged('does not match its SHA-256');
    for (const { name, dtype, shape } of simulationTensors(architecture, scheme)) {
      const entry = weights.tensors.get(name);
      if (entry?.dtype !== dtype || entry.shape.join() !== shape.join())
        throw damaged(`has no tensor ${name} of ${dtype} [${shape}]`);
    }
  } catch (error) {
    await weights.close();
    throw error;
  }
  return {
    directory,
    manifest,
    scheme,
    read: async (tensor, from, to) => {
      const entry = weights.tensors.get(tensor)!;
      const rowBytes = entry.bytes / entry.shape[0]!;
      const bytes = await weights.read(entry, from * rowBytes, to * rowBytes);
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    },
    close: () => weights.close(),
  };
}

function damaged(text: string): QueptError {
  return new QueptError(
    'invalid_artefact',
    `${SIMULATION_WEIGHTS}: ${text}. Make it again with 'quept calibrate --recipe paper'.`,
  );
}
