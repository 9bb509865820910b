import { readFile, rm, writeFile } from 'node:fs/promises';
import { QueptError } from '../core/index.ts';
import { explainDiskFault } from '../quant/index.ts';

/** Keeps two processes of one machine from working in one place: a file that holds the process id of the one. */
export class RunLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Takes the lock, also from a process that is no more. Throws QueptError `invalid_usage` while another one holds
   * it, or when the file cannot be written.
   */
  static async take(path: string): Promise<RunLock> {
    for (;;) {
      try {
        await writeFile(path, String(process.pid), { flag: 'wx' });
        return new RunLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          await rm(path, { force: true });
          throw explainDiskFault(error, path);
        }
      }
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (isAlive(holder)) {
        throw new QueptError(
          'invalid_usage',
          `Another calibration (process ${holder}) is writing there. Wait for its end or choose another output directory; if there is no such process, delete ${path}.`,
        );
      }
      await rm(path, { force: true });
    }
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  // One's own id is an old one's: in a container every run may be process 1.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is another user's: there, but not to be signalled.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
