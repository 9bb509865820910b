import { Piscina } from 'piscina';
import { nestsDeeper, type OutputConstraint, type OutputGrammar, QueptError } from '../core/index.ts';
import { RecentGrammars } from './recent-grammars.ts';
import { resultOf, type TaskResult } from './worker-task.ts';

/** What nests deeper cannot be handed to another thread: that copies values by recursion. Grammars take less. */
const DEEPEST_SCHEMA = 512;

/**
 * Makes grammars of constraints, on a thread of its own: one that takes long to make, or to be refused, holds up neither
 * the event loop nor the tokenizers, but only other requests with a schema that was not seen lately.
 */
export class GrammarPool {
  readonly #pool: Piscina;
  /** The choices of an answer share their constraint, and so their grammar: it is sent to the engine once. */
  readonly #made = new WeakMap<OutputConstraint, Promise<OutputGrammar>>();
  readonly #recent = new RecentGrammars();

  /** @param entry the compiled grammar-worker module */
  constructor(entry: URL) {
    this.#pool = new Piscina({ filename: entry.href, minThreads: 1, maxThreads: 1, atomics: 'disabled' });
    // A thread that ends without a task, or cannot be started: the next task starts another.
    this.#pool.on('error', () => {});
  }

  /**
   * Rejects with QueptError: `invalid_request` with the field and keyword of what is broken, not enforced or too complex,
   * `internal_error` when the worker fails.
   */
  prepare(constraint: OutputConstraint): Promise<OutputGrammar> {
    const known = this.#made.get(constraint);
    if (known !== undefined) return known;
    const made = this.#prepare(constraint);
    this.#made.set(constraint, made);
    return made;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #prepare(constraint: OutputConstraint): Promise<OutputGrammar> {
    if (constraint.kind === 'json_schema' && nestsDeeper(constraint.schema, DEEPEST_SCHEMA)) {
      const { param } = constraint;
      throw new QueptError('invalid_request', `'${param}' nests more than ${DEEPEST_SCHEMA} levels deep.`, {
        param,
      });
    }
    return resultOf(await this.#recent.of(constraint, () => this.#run(constraint)));
  }

  async #run(constraint: OutputConstraint): Promise<TaskResult<OutputGrammar>> {
    try {
      return await this.#pool.run(constraint);
    } catch (cause) {
      throw new QueptError('internal_error', 'The server failed to prepare this request.', { cause });
    }
  }
}
