import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepRecord } from './train-model.ts';

/** A line of the log: a step of training, or the loss on held-out text after some steps. */
export type LogRecord = ({ readonly kind: 'step' } & StepRecord) | HeldOutRecord;

export interface HeldOutRecord {
  readonly kind: 'held-out';
  readonly step: number;
  readonly tokens: number;
  readonly loss: number;
}

const FILE = 'log.jsonl';

/** Losses of a run, kept as lines of JSON beside its state. */
export class TrainingLog {
  readonly #path: string;
  #pending = '';

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens the log in `directory` and forgets what lies past `step`: those steps will be taken again. */
  static async open(directory: string, step: number): Promise<TrainingLog> {
    const log = new TrainingLog(join(directory, FILE));
    const kept = (await log.read()).filter((record) => record.step < step);
    await writeFile(log.#path, kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return log;
  }

  add(record: LogRecord): void {
    this.#pending += `${JSON.stringify(record)}\n`;
  }

  async flush(): Promise<void> {
    const lines = this.#pending;
    this.#pending = '';
    await appendFile(this.#path, lines);
  }

  async read(): Promise<LogRecord[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LogRecord]));
  }
}
