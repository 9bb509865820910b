import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { QueptError } from '../core/index.ts';
import { explainDiskFault } from '../quant/index.ts';
import { RunLock } from './run-lock.ts';
import { checkDigest, type FileDigest, writeWhole } from './whole-file.ts';

/** Where a calibration stands between two stages. */
export interface CalibrationState {
  /** Stages that are done. */
  readonly doneStages: number;
  /** Full-precision and quantized stream, f32, as the next stage will read them. */
  readonly exact: Float32Array;
  readonly quantized: Float32Array;
}

/** What PROGRESS_FILE says: the stages that are done, and the files that they left. */
interface Progress {
  readonly doneStages: number;
  readonly files: Readonly<Record<string, FileDigest>>;
}

const RUN_FILE = 'run.json';
const PROGRESS_FILE = 'progress.json';
const NOTHING_DONE: Progress = { doneStages: 0, files: {} };

/**
 * A calibration on disk: one file per finished stage, and the streams behind the last of them. Files appear whole
 * or not at all, and each is on disk before the one that speaks of it.
 */
export class CheckpointStore {
  readonly directory: string;
  readonly #lock: RunLock;
  #progress = NOTHING_DONE;

  private constructor(directory: string, lock: RunLock) {
    this.directory = directory;
    this.#lock = lock;
  }

  /**
   * Opens the store of a run that is described by `run`. With `resume` every file of an earlier run is checked to
   * the last byte, without it anything left is dropped. Throws QueptError `invalid_usage` when the stored run was
   * another one, is damaged or cannot be read, or while another process has it open; then the store is left as it
   * is.
   */
  static async open(directory: string, run: object, resume: boolean): Promise<CheckpointStore> {
    await mkdir(dirname(directory), { recursive: true }).catch((error) => {
      throw explainDiskFault(error, directory);
    });
    const store = new CheckpointStore(directory, await RunLock.take(`${directory}.lock`));
    try {
      if (resume && (await store.#belongsTo(run))) {
        store.#progress = await store.#readProgress();
        await store.#removeLeftovers();
      } else await store.#begin(run);
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  get doneStages(): number {
    return this.#progress.doneStages;
  }

  /** Null before the first stage is done. */
  async loadState(): Promise<CalibrationState | null> {
    const { doneStages, files } = this.#progress;
    if (doneStages === 0) return null;
    const name = streamsFile(doneStages);
    const floats = files[name]!.bytes / 8;
    const [exact, quantized] = [new Float32Array(floats), new Float32Array(floats)];
    const file = await open(join(this.directory, name));
    try {
      let at = 0;
      for (const target of [exact, quantized].map(bytesOf)) {
        for (let done = 0; done < target.length; ) {
          const length = Math.min(target.length - done, MOST_BYTES_PER_READ);
          const { bytesRead } = await file.read(target, done, length, at + done);
          if (bytesRead === 0) throw damaged(join(this.directory, name), 'it became shorter');
          done += bytesRead;
        }
        at += target.length;
      }
    } finally {
      await file.close();
    }
    return { doneStages, exact, quantized };
  }

  /** What `saveStage` was given for a finished stage. */
  async loadStage<Outcome>(index: number): Promise<Outcome> {
    return deserialize(await readFile(join(this.directory, stageFile(index)))) as Outcome;
  }

  /** The progress is written last: it is what makes the stage count. */
  async saveStage(index: number, outcome: unknown, state: CalibrationState): Promise<void> {
    const { doneStages, exact, quantized } = state;
    const streams = streamsFile(doneStages);
    const outdated = streamsFile(this.doneStages);
    try {
      const { [outdated]: _, ...kept } = this.#progress.files;
      const files = {
        ...kept,
        [stageFile(index)]: await writeWhole(this.directory, stageFile(index), [serialize(outcome)]),
        [streams]: await writeWhole(this.directory, streams, [bytesOf(exact), bytesOf(quantized)]),
      };
      const progress: Progress = { doneStages, files };
      await writeWhole(this.directory, PROGRESS_FILE, [Buffer.from(JSON.stringify(progress))]);
      this.#progress = progress;
    } catch (error) {
      throw explainDiskFault(error, this.directory, this.aftermath);
    }
    if (outdated !== streams) await rm(join(this.directory, outdated), { force: true });
  }

  /** What a failure leaves behind, in words. */
  get aftermath(): string {
    return this.doneStages > 0
      ? 'The finished stages are kept: go on with --resume.'
      : 'Nothing was left behind.';
  }

  /** Lets other processes have it. */
  async close(): Promise<void> {
    await this.#lock.release();
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #begin(run: object): Promise<void> {
    try {
      await this.remove();
      await mkdir(this.directory);
      await writeWhole(this.directory, RUN_FILE, [Buffer.from(JSON.stringify(run))]);
    } catch (error) {
      await this.remove();
      throw explainDiskFault(error, this.directory);
    }
  }

  /** False when there is no store; throws when it is that of another run. */
  async #belongsTo(run: object): Promise<boolean> {
    const stored = await this.#readIfThere(RUN_FILE);
    if (stored === null) return false;
    if (stored === JSON.stringify(run)) return true;
    throw new QueptError(
      'invalid_usage',
      `--resume: ${this.directory} holds a calibration with other options, text or checkpoint${otherFields(stored, run)}. Repeat the command as it was, or leave --resume out to start afresh.`,
    );
  }

  async #readProgress(): Promise<Progress> {
    const text = await this.#readIfThere(PROGRESS_FILE);
    if (text === null) return NOTHING_DONE;
    const progress = parseProgress(text);
    if (progress === null) throw damaged(join(this.directory, PROGRESS_FILE), 'it is not what was written');
    for (const [name, digest] of Object.entries(progress.files)) {
      const path = join(this.directory, name);
      const fault = await checkDigest(path, digest);
      if (fault !== null) throw damaged(path, fault);
    }
    return progress;
  }

  async #readIfThere(name: string): Promise<string | null> {
    const path = join(this.directory, name);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return null;
      throw new QueptError('invalid_usage', `--resume: ${path} cannot be read (${code}).`, { cause: error });
    }
  }

  /** What a killed run had begun: room that is needed again. */
  async #removeLeftovers(): Promise<void> {
    const known = new Set([RUN_FILE, PROGRESS_FILE, ...Object.keys(this.#progress.files)]);
    for (const name of await readdir(this.directory)) {
      if (!known.has(name)) await rm(join(this.directory, name), { recursive: true, force: true });
    }
  }
}

/** A read takes a 32-bit length. */
const MOST_BYTES_PER_READ = 1 << 30;

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function stageFile(index: number): string {
  return `stage-${index}.bin`;
}

/** The streams behind so many stages: f32, all of the exact one, then all of the quantized one. */
function streamsFile(doneStages: number): string {
  return `streams-${doneStages}.f32`;
}

/** Null for anything that `saveStage` does not write. */
function parseProgress(text: string): Progress | null {
  let progress: Partial<Progress> | null;
  try {
    progress = JSON.parse(text);
  } catch {
    return null;
  }
  const { doneStages = 0, files } = progress ?? {};
  if (!Number.isInteger(doneStages) || doneStages < 1 || typeof files !== 'object') return null;
  const wanted = Array.from({ length: doneStages }, (_, index) => stageFile(index));
  const complete = [...wanted, streamsFile(doneStages)].every((name) => Object.hasOwn(files ?? {}, name));
  return complete ? (progress as Progress) : null;
}

function otherFields(stored: string, run: object): string {
  try {
    const before: Record<string, unknown> = JSON.parse(stored);
    const changed = Object.entries(run).filter(
      ([field, value]) => JSON.stringify(before[field]) !== JSON.stringify(value),
    );
    return changed.length > 0 ? ` (${changed.map(([field]) => field).join(', ')})` : '';
  } catch {
    return '';
  }
}

function damaged(path: string, fault: string): QueptError {
  return new QueptError(
    'invalid_usage',
    `--resume: ${path} is damaged: ${fault}. Leave --resume out to start afresh.`,
  );
}
