import { Piscina } from 'piscina';
import { QueptError, type TokenizeRequest, type ToolFormat } from '../core/index.ts';
import { resultOf, type TaskResult } from './worker-task.ts';

interface TokenizerPoolOptions {
  /** The compiled tokenizer-worker module. */
  readonly entry: URL;
  readonly artefactDirectory: string;
  /** How the model writes calls; null for what its chat template tells. */
  readonly toolFormat: ToolFormat | null;
  readonly threads: number;
}

/** How prompts that are answered are tokenized. */
export const AS_GENERATED = { addSpecialTokens: true, addGenerationPrompt: true } as const;

/**
 * Chat template and tokenizer on worker threads, so that a prompt of any length leaves the event loop free.
 * Short prompts go the same way: the hop costs some 50 µs, a second path would cost a second set of faults.
 *
 * A task that has started always runs to its end: piscina can abort one only by ending its thread, and loading
 * the vocabulary again costs more than any prompt.
 */
export class TokenizerPool {
  readonly #pool: Piscina;
  /** Rejects when a thread ends without a task, or cannot be started. */
  readonly #broken: Promise<never>;

  constructor({ entry, artefactDirectory, toolFormat, threads }: TokenizerPoolOptions) {
    this.#pool = new Piscina({
      filename: entry.href,
      minThreads: threads,
      maxThreads: threads,
      workerData: { artefactDirectory, toolFormat },
      // The waiting side sleeps instead of spinning on shared memory: cores belong to the engine.
      atomics: 'disabled',
    });
    this.#broken = new Promise((_, reject) => {
      this.#pool.on('error', reject);
    });
    // After the start the next task starts another thread.
    this.#broken.catch(() => {});
  }

  /**
   * Resolves once a worker has loaded the tokenizer; rejects with QueptError naming the file at fault when it
   * cannot be loaded.
   */
  async load(): Promise<void> {
    const prompt = { kind: 'text', text: 'a' } as const;
    const request: TokenizeRequest = { prompt, ...AS_GENERATED };
    const first: Promise<TaskResult<Int32Array>> = this.#pool.run(request);
    // It waits for ever for a thread that cannot be started.
    first.catch(() => {});
    let result: TaskResult<Int32Array>;
    try {
      result = await Promise.race([first, this.#broken]);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new QueptError('internal_error', `The tokenizer's thread cannot be started: ${reason}`, {
        cause,
      });
    }
    resultOf(result);
  }

  /**
   * Token ids of a prompt. Rejects with QueptError: `invalid_request` with its field when the template refuses
   * the messages, `internal_error` when a worker fails.
   */
  tokenize(request: TokenizeRequest): Promise<Int32Array> {
    return this.#run<Int32Array>(request);
  }

  /** Text of token ids. Rejects with QueptError `internal_error` when a worker fails. */
  detokenize(tokens: Int32Array): Promise<string> {
    return this.#run<string>(tokens, 'detokenize');
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #run<T>(task: unknown, name?: string): Promise<T> {
    let result: TaskResult<T>;
    try {
      result = await this.#pool.run(task, name === undefined ? {} : { name });
    } catch (cause) {
      throw new QueptError('internal_error', 'The server failed to tokenize this request.', { cause });
    }
    return resultOf(result);
  }
}
