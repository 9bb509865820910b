import type { ModelRunner, PrecisionConfig } from '../../core/index.ts';
import { argmax } from '../../numerics/index.ts';
import type { BenchBits, RegroupReport, SwitchReport } from './contender-messages.ts';
import type { Scenario } from './scenarios.ts';

const PREFILL_CHUNK = 256;

/** A runner that tells how many cached positions it has copied so far. */
export type BenchedRunner = ModelRunner & { readonly movedPositions: number };

interface Row {
  readonly slot: number;
  /** Chosen by the last step that ran this row. */
  token: number;
}

/**
 * Times passes of a runner. A timed step is the pass and the greedy choice of every row's next token. It is never
 * committed, so every step of a scenario runs at the very same lengths.
 */
export class RunnerBench {
  readonly #runner: BenchedRunner;
  readonly #precisions: Readonly<Record<BenchBits, PrecisionConfig>>;
  #rows: Row[] = [];
  /** Tokens each row is given per step. */
  #stepTokens = 1;

  constructor(runner: BenchedRunner, precisions: Readonly<Record<BenchBits, PrecisionConfig>>) {
    this.#runner = runner;
    this.#precisions = precisions;
  }

  /** Replaces all sequences by those of `scenario`. */
  async prepare(scenario: Scenario): Promise<void> {
    for (const { slot } of this.#rows) this.#runner.releaseSlot(slot);
    this.#rows = [];
    this.#stepTokens = scenario.kind === 'prefill' ? scenario.tokens : 1;
    const lengths = scenario.kind === 'prefill' ? [0] : scenario.lengths.map((length) => length - 1);
    for (const length of lengths) {
      const slot = this.#runner.acquireSlot();
      if (slot === null) throw new Error(`no slot left for ${scenario.title}`);
      this.#rows.push({ slot, token: slot });
      await this.#prefill(slot, length);
    }
  }

  /** Times of `count` steps over all rows after `warmUp` untimed ones, milliseconds. */
  steps(bits: BenchBits, warmUp: number, count: number): Promise<number[]> {
    return this.stepsAt(this.#precisions[bits], warmUp, count);
  }

  /** The same at any precision. */
  async stepsAt(precision: PrecisionConfig, warmUp: number, count: number): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < warmUp + count; i++) {
      const ms = await this.#timed(() => this.#step(precision, this.#rows));
      if (i >= warmUp) times.push(ms);
    }
    return times;
  }

  /** Steps of one precision after its own kind, then steps that alternate. Lists of `count` each. */
  async switching(count: number): Promise<SwitchReport> {
    const steady4 = await this.steps(4, 1, count);
    const steady8 = await this.steps(8, 1, count);
    const switched4: number[] = [];
    const switched8: number[] = [];
    for (let i = 0; i < count; i++) {
      switched4.push(...(await this.steps(4, 0, 1)));
      switched8.push(...(await this.steps(8, 0, 1)));
    }
    return { steady4, steady8, switched4, switched8 };
  }

  /** Lists of `count` each; every row in turn is the one at 8 bits. */
  async regrouping(count: number): Promise<RegroupReport> {
    const report = {
      steadyMs: [] as number[],
      movedMs: [] as number[],
      movedPositions: [] as number[],
      promotedMs: await this.steps(8, 1, count),
    };
    for (let turn = 0; report.movedMs.length < count; turn++) {
      // In steps of three: neighbours in turn would often leave the seven adjacent as they are.
      const apart = (3 * turn) % this.#rows.length;
      const before = this.#runner.movedPositions;
      const first = await this.#timed(() => this.#pair(apart));
      const moved = this.#runner.movedPositions - before;
      const second = await this.#timed(() => this.#pair(apart));
      if (moved === 0) continue;
      report.movedMs.push(first);
      report.movedPositions.push(moved);
      report.steadyMs.push(second);
    }
    return report;
  }

  async #pair(apart: number): Promise<void> {
    const others = this.#rows.filter((_, i) => i !== apart);
    const alone = this.#rows.filter((_, i) => i === apart);
    await this.#step(this.#precisions[4], others);
    await this.#step(this.#precisions[8], alone);
  }

  async #step(precision: PrecisionConfig, rows: readonly Row[]): Promise<void> {
    const { logits } = await this.#runner.execute({
      precision,
      rows: rows.map(({ slot, token }) => ({
        slot,
        tokens: new Int32Array(this.#stepTokens).fill(token),
        logits: 'last',
      })),
    });
    const { vocabSize } = this.#runner.shape;
    rows.forEach((row, i) => {
      row.token = argmax(logits.subarray(i * vocabSize, (i + 1) * vocabSize));
    });
  }

  async #prefill(slot: number, length: number): Promise<void> {
    for (let at = 0; at < length; at += PREFILL_CHUNK) {
      const size = Math.min(PREFILL_CHUNK, length - at);
      const tokens = Int32Array.from({ length: size }, (_, i) => 300 + 7 * (at + i) + slot);
      await this.#runner.execute({
        precision: this.#precisions[4],
        rows: [{ slot, tokens, logits: 'last' }],
      });
      this.#runner.commit(slot, size);
    }
  }

  async #timed(work: () => Promise<void>): Promise<number> {
    const from = performance.now();
    await work();
    return performance.now() - from;
  }
}
