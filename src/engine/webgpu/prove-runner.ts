import type { ModelRunner, PrecisionConfig } from '../../core/index.ts';
import { logitsDiffer } from './logits-differ.ts';

const PROMPT = Int32Array.of(1, 2, 3);

/**
 * Proves on the device itself that keys and values are written in place and read rightly: the last of three tokens must
 * have the same logits behind the cache as in one chunk, alone and beside a shorter row. Kernels differ from device to
 * device, and a cache that is not written is silently wrong.
 *
 * All slots must be free, and are free again. Returns what is wrong, or null. Rejects when a pass fails.
 */
export async function proveRunner(runner: ModelRunner, precision: PrecisionConfig): Promise<string | null> {
  const prover = new Prover(runner, precision);
  try {
    return await prover.fault();
  } finally {
    prover.release();
  }
}

class Prover {
  readonly #runner: ModelRunner;
  readonly #precision: PrecisionConfig;
  readonly #slots: number[] = [];

  constructor(runner: ModelRunner, precision: PrecisionConfig) {
    this.#runner = runner;
    this.#precision = precision;
  }

  async fault(): Promise<string | null> {
    const long = this.#acquire();
    if (long === null) return 'there is no free slot';
    const whole = await this.#run([[long, PROMPT]]);
    if (!whole.every(Number.isFinite)) return 'logits are not finite';
    this.#runner.commit(long, PROMPT.length - 1);
    const last = PROMPT.subarray(PROMPT.length - 1);
    if (logitsDiffer(await this.#run([[long, last]]), whole)) return 'keys and values are not kept';
    const short = this.#acquire();
    if (short === null) return null;
    const alone = await this.#run([[short, last]]);
    const both = await this.#run([
      [short, last],
      [long, last],
    ]);
    const { vocabSize } = this.#runner.shape;
    const apart =
      logitsDiffer(both.subarray(0, vocabSize), alone) || logitsDiffer(both.subarray(vocabSize), whole);
    return apart ? 'rows of different lengths disturb one another' : null;
  }

  release(): void {
    for (const slot of this.#slots) this.#runner.releaseSlot(slot);
  }

  #acquire(): number | null {
    const slot = this.#runner.acquireSlot();
    if (slot !== null) this.#slots.push(slot);
    return slot;
  }

  /** A copy of the last logits of each row. */
  async #run(rows: readonly (readonly [number, Int32Array])[]): Promise<Float32Array> {
    const { logits } = await this.#runner.execute({
      precision: this.#precision,
      rows: rows.map(([slot, tokens]) => ({ slot, tokens, logits: 'last' })),
    });
    return logits.slice();
  }
}
