import { writeSync } from 'node:fs';
import type { LogSink } from './log-sink.ts';

/** Lines that could not be written yet are kept up to this size. */
const MOST_KEPT_BYTES = 1024 * 1024;
const RETRY_MS = 200;

export interface DescriptorSinkOptions {
  /** As `fs.writeSync`. */
  readonly writeBytes: (fd: number, bytes: Uint8Array) => number;
  readonly retryMs: number;
}

/**
 * Lines to a file descriptor, each written before `write` returns: the last ones before a crash are those that matter.
 *
 * What takes them may fail (a full disk, a collector that is gone or does not keep up). That is no reason to end, nor to
 * wait: lines are kept in bounded memory and tried again, and how many were lost is told as soon as one gets through.
 */
export class DescriptorSink implements LogSink {
  readonly #fd: number;
  readonly #options: DescriptorSinkOptions;
  /** Not yet written, the first perhaps in part. */
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #lost = 0;
  #retry: NodeJS.Timeout | null = null;
  #hasFailed = false;

  constructor(fd: number, options: Partial<DescriptorSinkOptions> = {}) {
    this.#fd = fd;
    this.#options = { writeBytes: writeSync, retryMs: RETRY_MS, ...options };
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#keptBytes + bytes.length > MOST_KEPT_BYTES) this.#lost++;
    else this.#keep(bytes);
    // While something is kept the timer tries: a full disk is not asked for every line.
    if (this.#retry === null) this.#flush();
  }

  #keep(bytes: Uint8Array): void {
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
  }

  #flush(): void {
    try {
      this.#writeKept();
      if (this.#lost > 0) {
        this.#keep(Buffer.from(lostLine(this.#lost)));
        this.#lost = 0;
        this.#writeKept();
      }
    } catch {
      // What is kept at the end gets its last chance.
      if (!this.#hasFailed) process.once('exit', () => this.#flush());
      this.#hasFailed = true;
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.#flush();
      }, this.#options.retryMs);
      this.#retry.unref();
    }
  }

  #writeKept(): void {
    for (let next = this.#kept[0]; next !== undefined; next = this.#kept[0]) {
      const written = this.#options.writeBytes(this.#fd, next);
      this.#keptBytes -= written;
      if (written < next.length) this.#kept[0] = next.subarray(written);
      else this.#kept.shift();
    }
  }
}

function lostLine(lost: number): string {
  const fields = { level: 'warn', time: new Date().toISOString(), lost, msg: 'lines of this log were lost' };
  return `${JSON.stringify(fields)}\n`;
}
