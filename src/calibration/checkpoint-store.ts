import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { QueptError } from '../core/index.ts';
import { explainDiskFault } from '../quant/index.ts';

/** Where a calibration stands between two stages. */
export interface CalibrationState {
  /** Stages that are done. */
  readonly doneStages: number;
  /** Full-precision and quantized stream, f32, as the next stage will read them. */
  readonly exact: Float32Array;
  readonly quantized: Float32Array;
}

const RUN_FILE = 'run.json';
const STATE_FILE = 'state.bin';

/** A calibration on disk: one file per finished stage, and the streams. Files appear whole or not at all. */
export class CheckpointStore {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /**
   * Opens the store of a run that is described by `run`. Without `resume` anything left of an earlier run is
   * dropped. Throws QueptError `invalid_usage` when the stored run was another one.
   */
  static async open(directory: string, run: unknown, resume: boolean): Promise<CheckpointStore> {
    const store = new CheckpointStore(directory);
    const wanted = JSON.stringify(run);
    if (resume) {
      const stored = await readFile(join(directory, RUN_FILE), 'utf8').catch(() => null);
      if (stored === wanted) return store;
      if (stored !== null) {
        throw new QueptError(
          'invalid_usage',
          `--resume: ${directory} holds a calibration with other options, text or checkpoint. Repeat the command as it was, or leave --resume out to start afresh.`,
        );
      }
    }
    try {
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
    } catch (error) {
      throw explainDiskFault(error, directory);
    }
    await store.#write(RUN_FILE, wanted);
    return store;
  }

  async loadState(): Promise<CalibrationState | null> {
    const bytes = await readFile(join(this.directory, STATE_FILE)).catch(() => null);
    return bytes === null ? null : (deserialize(bytes) as CalibrationState);
  }

  /** What `saveStage` was given for a finished stage. */
  async loadStage<Outcome>(index: number): Promise<Outcome> {
    return deserialize(await readFile(join(this.directory, stageFile(index)))) as Outcome;
  }

  /** The state is written last: it is what makes the stage count. */
  async saveStage(index: number, outcome: unknown, state: CalibrationState): Promise<void> {
    await this.#write(stageFile(index), serialize(outcome));
    await this.#write(STATE_FILE, serialize(state));
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #write(name: string, data: string | Uint8Array): Promise<void> {
    const path = join(this.directory, name);
    try {
      await writeFile(`${path}.partial`, data);
      await rename(`${path}.partial`, path);
    } catch (error) {
      await rm(`${path}.partial`, { force: true });
      throw explainDiskFault(error, path, 'Stages that were finished before are kept: go on with --resume.');
    }
  }
}

function stageFile(index: number): string {
  return `stage-${index}.bin`;
}
