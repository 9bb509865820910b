import { createWriteStream, statSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { RecordingSettings } from './channel.ts';
import { dropTornLine } from './drop-torn-line.ts';

/** More than this not yet written means that the disk does not keep up. */
const MOST_PENDING_BYTES = 32 * 1024 * 1024;

/**
 * The file of a recording. Lines go to its end; writing never holds up a step. It stops by itself, once and for all,
 * when the next line would make it too long, the disk does not keep up, or writing fails: what is there stays usable.
 */
export class RecordingFile {
  readonly #settings: RecordingSettings;
  readonly #stream: WriteStream;
  readonly #onStop: (reason: string) => void;
  #bytes: number;
  #stopped = false;

  /** @param onStop told why, when recording stops by itself */
  constructor(settings: RecordingSettings, onStop: (reason: string) => void) {
    this.#settings = settings;
    this.#onStop = onStop;
    // An engine that is started again goes on where the one before ended, which may have been in the middle of a line.
    this.#endWithWholeLine();
    this.#bytes = statSync(settings.path, { throwIfNoEntry: false })?.size ?? 0;
    this.#stream = createWriteStream(settings.path, { flags: 'a' });
    this.#stream.on('error', (error) => {
      this.#stop(`writing failed: ${error.message}`);
      this.#endWithWholeLine();
    });
  }

  write(line: string): void {
    if (this.#stopped) return;
    const text = `${line}\n`;
    this.#bytes += Buffer.byteLength(text);
    const { maxBytes } = this.#settings;
    if (this.#bytes > maxBytes) {
      this.#stop(`the file has reached its limit of ${maxBytes} bytes (--record-max-bytes)`);
    } else if (this.#stream.writableLength > MOST_PENDING_BYTES) {
      this.#stop('the disk does not keep up');
    } else {
      this.#stream.write(text);
    }
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    this.#stopped = true;
    this.#stream.end();
    // A failure has been told.
    await finished(this.#stream).catch(() => {});
  }

  #endWithWholeLine(): void {
    try {
      dropTornLine(this.#settings.path);
    } catch {
      // What could not be repaired now can be by hand: a reader names the line.
    }
  }

  #stop(reason: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stream.end();
    this.#onStop(`The recording ${this.#settings.path} has ended: ${reason}. Requests are served on.`);
  }
}
