import { open, rm } from 'node:fs/promises';
import type { CheckedAnswer } from '../../calibration/index.ts';
import { QueptError } from '../../core/index.ts';

/** A new file for the answers of a model, a JSON line each. */
export interface SampleFile {
  /** Appends the answers given at one config. */
  write(config: string, answers: readonly CheckedAnswer[]): Promise<void>;
  close(): Promise<void>;
  /** Closes it and takes it away again. */
  discard(): Promise<void>;
}

/**
 * Creates the file, so that a command can refuse before it works for minutes. A file that is there stays as it is.
 *
 * Throws QueptError `invalid_usage`.
 */
export async function createSampleFile(path: string): Promise<SampleFile> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'EEXIST' ? 'is there already' : `cannot be written (${error.code})`;
    throw new QueptError('invalid_usage', `--samples: ${path} ${problem}. Name another file.`, {
      cause: error,
    });
  });
  return {
    write: async (config, answers) => {
      await file.appendFile(answers.map((answer) => sampleLine(config, answer)).join(''));
    },
    close: () => file.close(),
    discard: async () => {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

function sampleLine(config: string, { example, text, correct, finished }: CheckedAnswer): string {
  const { line, skill, prompt, reference } = example;
  return `${JSON.stringify({ config, line, skill, prompt, reference, answer: text, correct, finished })}\n`;
}
