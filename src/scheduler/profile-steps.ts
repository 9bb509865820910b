import type { Clock, Ladder, ModelRunner, PrecisionConfig } from '../core/index.ts';
import { batchShape } from './batch-shape.ts';
import type { CostSample } from './cost-model.ts';
import type { CostEstimator, StepShape } from './step-shape.ts';

/** Time for a profile, unless its caller has another idea. */
const BUDGET_MS = 1_500;
/** Rungs measured of a long ladder, evenly spread; the others lie between them. */
const MEASURED_RUNGS = 5;
/** Tokens of the longer prefill chunk. */
const CHUNK = 128;
/** What `unloadedProfile` calls a prompt: also where the context would not hold it, so that machines compare. */
const PROMPT_TOKENS = 128;

/** What a step costs on an idle machine at the highest rung, milliseconds. */
export interface UnloadedProfile {
  /** Prefill of 128 tokens. */
  readonly prefillMs: number;
  /** Decode of one row. */
  readonly stepMs: number;
}

interface Measurement {
  readonly phase: StepShape['phase'];
  readonly rung: number;
  readonly slots: readonly number[];
  readonly tokens: number;
}

/**
 * Measures a few steps of each kind before the first request: decode of one, two, half and all slots, prefill chunks of
 * two sizes, all behind empty and behind filled slots, and regrouped rows, on every rung or, where the ladder is long,
 * on some from end to end. The most telling come first, so that a short budget tells something of everything. Of equal
 * steps the fastest counts: the rest of its time was not the step's.
 *
 * All slots must be free, and are free again afterwards. No step begins after `budgetMs`. Rejects when a pass fails.
 */
export async function profileSteps(
  runner: ModelRunner,
  ladder: Ladder,
  clock: Clock,
  budgetMs = BUDGET_MS,
): Promise<CostSample[]> {
  const profile = new Profile(runner, ladder, clock, clock.now() + budgetMs);
  try {
    await profile.run();
  } finally {
    profile.release();
  }
  return profile.samples();
}

/** What the highest rung costs without load, as `cost` sees it. */
export function unloadedProfile(cost: CostEstimator, ladder: Ladder): UnloadedProfile {
  const one = { rung: ladder.length - 1, rows: 1, contextTokens: 0, movedRows: 0 };
  return {
    prefillMs: cost.stepMs({ ...one, phase: 'prefill', tokens: PROMPT_TOKENS }),
    stepMs: cost.stepMs({ ...one, phase: 'decode', tokens: 1, contextTokens: PROMPT_TOKENS }),
  };
}

class Profile {
  readonly #runner: ModelRunner;
  readonly #ladder: Ladder;
  readonly #clock: Clock;
  readonly #endMs: number;
  readonly #slots: number[] = [];
  /** By shape: the fastest. */
  readonly #samples = new Map<string, CostSample>();

  constructor(runner: ModelRunner, ladder: Ladder, clock: Clock, endMs: number) {
    this.#runner = runner;
    this.#ladder = ladder;
    this.#clock = clock;
    this.#endMs = endMs;
    for (let slot = runner.acquireSlot(); slot !== null; slot = runner.acquireSlot()) this.#slots.push(slot);
  }

  samples(): CostSample[] {
    return [...this.#samples.values()];
  }

  release(): void {
    for (const slot of this.#slots) this.#runner.releaseSlot(slot);
  }

  async run(): Promise<void> {
    const rungs = measuredRungs(this.#ladder.length);
    const chunk = Math.max(1, Math.min(CHUNK, Math.floor((this.#runner.shape.contextLength - 1) / 2)));
    // The first passes after a start wait for pages of the model: their shapes come again right after them.
    await this.#measureAll(this.#plan(rungs.slice(0, 1), chunk).slice(0, 2));
    await this.#measureAll(this.#plan(rungs, chunk));
    await this.#fill(rungs, chunk);
    await this.#measureAll(this.#regroupings(rungs));
    for (let round = 0; round < 2; round++) await this.#measureAll(this.#plan(rungs, chunk));
  }

  /** Every kind of step at every rung, the most telling kind first. */
  #plan(rungs: readonly number[], chunk: number): Measurement[] {
    const slots = this.#slots;
    const decode =
      (rows: number) =>
      (rung: number): Measurement => ({
        phase: 'decode',
        rung,
        slots: slots.slice(0, rows),
        tokens: 1,
      });
    const prefill =
      (tokens: number) =>
      (rung: number): Measurement => ({
        phase: 'prefill',
        rung,
        slots: slots.slice(0, 1),
        tokens,
      });
    const half = Math.ceil(slots.length / 2);
    const kinds = [
      decode(1),
      prefill(Math.ceil(chunk / 4)),
      decode(slots.length),
      prefill(chunk),
      decode(half),
      decode(2),
    ];
    return kinds.flatMap((kind) => rungs.map(kind));
  }

  /** Alternate pairs, so that each pass has to bring its rows together. */
  #regroupings(rungs: readonly number[]): Measurement[] {
    const [a, b, c] = this.#slots;
    if (a === undefined || b === undefined || c === undefined) return [];
    return rungs.flatMap((rung): Measurement[] => [
      { phase: 'decode', rung, slots: [a, c], tokens: 1 },
      { phase: 'decode', rung, slots: [a, b], tokens: 1 },
    ]);
  }

  /** Gives each slot a context of one chunk; that measures as well. */
  async #fill(rungs: readonly number[], chunk: number): Promise<void> {
    for (const [i, slot] of this.#slots.entries()) {
      const rung = rungs[i % rungs.length] ?? 0;
      const ran = await this.#measure({ phase: 'prefill', rung, slots: [slot], tokens: chunk });
      if (!ran) return;
      this.#runner.commit(slot, chunk);
    }
  }

  async #measureAll(measurements: readonly Measurement[]): Promise<void> {
    for (const measurement of measurements) {
      if (!(await this.#measure(measurement))) return;
    }
  }

  /** False when the time is over. */
  async #measure({ phase, rung, slots, tokens }: Measurement): Promise<boolean> {
    const startedAt = this.#clock.now();
    if (startedAt >= this.#endMs) return false;
    const rows = slots.map((slot) => ({ slot, tokens }));
    const shape = batchShape(this.#runner, phase, rung, rows);
    await this.#runner.execute({
      precision: this.#ladder[rung] as PrecisionConfig,
      rows: rows.map(({ slot }) => ({ slot, tokens: this.#text(tokens), logits: 'last' })),
    });
    this.#note({ shape, ms: this.#clock.now() - startedAt });
    return true;
  }

  #note(sample: CostSample): void {
    const key = JSON.stringify(sample.shape);
    const known = this.#samples.get(key);
    if (known === undefined || sample.ms < known.ms) this.#samples.set(key, sample);
  }

  /** Any tokens do, but not all the same: a table of embeddings is read as a prompt reads it. */
  #text(tokens: number): Int32Array {
    return Int32Array.from({ length: tokens }, (_, i) => (i * 31) % this.#runner.shape.vocabSize);
  }
}

/** The highest and the lowest rung first, then those between. */
function measuredRungs(rungs: number): number[] {
  const count = Math.min(rungs, MEASURED_RUNGS);
  const spread = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (rungs - 1)) / (count - 1)),
  );
  const top = spread.pop() ?? 0;
  return [top, ...spread];
}
