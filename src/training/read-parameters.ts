import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type ModelArchitecture, QueptError } from '../core/index.ts';
import { openCheckpoint } from '../engine/index.ts';
import { dequantizeMatrix, MANIFEST_FILE, openArtefact } from '../quant/index.ts';
import { type TrainedParameter, trainedShapes } from './initial-parameters.ts';

/** A model's values by canonical name. */
interface ModelValues {
  readonly architecture: ModelArchitecture;
  matrix(name: string, rows: number): Promise<Float32Array>;
  vector(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Parameters of a trained model, in the order of `trainedShapes`: of a Hugging Face folder, or of an artefact
 * as all its planes represent them, without the cascade.
 *
 * Throws QueptError `invalid_usage` when the model has another architecture than the one to train, and as the
 * opening of the folder does, naming it.
 */
export async function readParameters(
  folder: string,
  architecture: ModelArchitecture,
): Promise<TrainedParameter[]> {
  const model = await openModel(folder);
  try {
    requireSame(folder, model.architecture, architecture);
    const parameters: TrainedParameter[] = [];
    for (const parameter of trainedShapes(architecture)) {
      const { name, kind, shape } = parameter;
      const read = kind === 'matrix' ? model.matrix(name, shape[0]!) : model.vector(name);
      parameters.push({ ...parameter, data: await read });
    }
    return parameters;
  } finally {
    await model.close();
  }
}

async function openModel(folder: string): Promise<ModelValues> {
  try {
    return (await isArtefact(folder)) ? await artefactValues(folder) : await checkpointValues(folder);
  } catch (error) {
    if (!(error instanceof QueptError)) throw error;
    throw new QueptError(error.code, `--from: ${folder}: ${error.message}`, { cause: error });
  }
}

function isArtefact(folder: string): Promise<boolean> {
  return access(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
}

async function artefactValues(folder: string): Promise<ModelValues> {
  const artefact = await openArtefact(folder, { verify: true });
  return {
    architecture: artefact.manifest.architecture,
    matrix: (name) => dequantizeMatrix(artefact, name, Number.POSITIVE_INFINITY),
    vector: async (name) => {
      const bytes = await artefact.read(artefact.vectors.get(name)!);
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    },
    close: () => artefact.close(),
  };
}

async function checkpointValues(folder: string): Promise<ModelValues> {
  const checkpoint = await openCheckpoint(folder);
  return {
    architecture: checkpoint.architecture,
    matrix: (name, rows) => checkpoint.readMatrixRows(name, 0, rows),
    vector: (name) => checkpoint.readVector(name),
    close: () => checkpoint.close(),
  };
}

function requireSame(folder: string, found: ModelArchitecture, wanted: ModelArchitecture): void {
  for (const [field, value] of Object.entries(wanted)) {
    const other = found[field as keyof ModelArchitecture];
    if (isDeepStrictEqual(other, value)) continue;
    throw new QueptError(
      'invalid_usage',
      `--from: ${folder} has ${field} ${JSON.stringify(other)}, where the recipe makes ${JSON.stringify(value)}.`,
    );
  }
}
