import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { QueptError } from '../core/index.ts';
import type { AdamMoments } from '../numerics/index.ts';
import type { TrainedParameter } from './initial-parameters.ts';

/** Everything a run needs to go on as if it had never stopped. */
export interface TrainingState {
  /** Steps that are done. */
  readonly step: number;
  readonly parameters: readonly TrainedParameter[];
  readonly moments: ReadonlyMap<string, AdamMoments>;
}

const FILE = 'training.bin';

/**
 * The state kept in `directory`, or null. Throws QueptError `invalid_usage` when it belongs to a run of another
 * description.
 */
export async function loadTraining(directory: string, description: unknown): Promise<TrainingState | null> {
  const bytes = await readFile(join(directory, FILE)).catch(() => null);
  if (bytes === null) return null;
  const { description: stored, ...state } = deserialize(bytes) as TrainingState & { description: string };
  if (stored === JSON.stringify(description)) return state;
  throw new QueptError(
    'invalid_usage',
    `--work: ${directory} holds a training of other options. Repeat the command as it was, or choose another folder.`,
  );
}

/** The file is replaced in one step. */
export async function saveTraining(
  directory: string,
  description: unknown,
  state: TrainingState,
): Promise<void> {
  const path = join(directory, FILE);
  await writeFile(`${path}.partial`, serialize({ ...state, description: JSON.stringify(description) }));
  await rename(`${path}.partial`, path);
}
