import type { Clock, Ladder, ModelRunner, PrecisionConfig } from '../core/index.ts';
import { batchShape } from './batch-shape.ts';
import type { CostSample } from './cost-model.ts';
import type { StepShape } from './step-shape.ts';

/** Time for a profile, unless its caller has another idea. */
const BUDGET_MS = 1_500;
/** Rungs measured of a long ladder, evenly spread, unless its caller has another idea; the others lie between them. */
const MEASURED_RUNGS = 5;
/** Tokens of the longer prefill chunk. */
const CHUNK = 128;
/** Slots that take part in regrouping. */
const REGROUPED_SLOTS = 3;

export interface ProfileLimits {
  readonly budgetMs?: number;
  /** Rungs measured of a longer ladder. */
  readonly rungs?: number;
}

interface Kind {
  readonly phase: StepShape['phase'];
  readonly slots: readonly number[];
  readonly tokens: number;
}

interface Measurement extends Kind {
  readonly rung: number;
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
  { budgetMs = BUDGET_MS, rungs = MEASURED_RUNGS }: ProfileLimits = {},
): Promise<CostSample[]> {
  const profile = new Profile(runner, ladder, clock, { endMs: clock.now() + budgetMs, rungs });
  try {
    await profile.run();
  } finally {
    profile.release();
  }
  return profile.samples();
}

class Profile {
  readonly #runner: ModelRunner;
  readonly #ladder: Ladder;
  readonly #clock: Clock;
  readonly #endMs: number;
  readonly #rungs: number;
  readonly #slots: number[] = [];
  /** By shape: the fastest. */
  readonly #samples = new Map<string, CostSample>();

  constructor(
    runner: ModelRunner,
    ladder: Ladder,
    clock: Clock,
    { endMs, rungs }: { readonly endMs: number; readonly rungs: number },
  ) {
    this.#runner = runner;
    this.#ladder = ladder;
    this.#clock = clock;
    this.#endMs = endMs;
    this.#rungs = rungs;
    for (let slot = runner.acquireSlot(); slot !== null; slot = runner.acquireSlot()) this.#slots.push(slot);
  }

  samples(): CostSample[] {
    return [...this.#samples.values()];
  }

  release(): void {
    for (const slot of this.#slots) this.#runner.releaseSlot(slot);
  }

  async run(): Promise<void> {
    const rungs = measuredRungs(this.#ladder.length, this.#rungs);
    const top = rungs.slice(0, 1);
    const chunk = Math.max(1, Math.min(CHUNK, Math.floor((this.#runner.shape.contextLength - 1) / 2)));
    const [single, ...others] = this.#decodes();
    const short = this.#prefill(Math.ceil(chunk / 4));
    const decodes = atEach(rungs, [single, ...others]);
    const regroupings = atEach(rungs.slice(0, 2), this.#regroupings());
    // The first passes after a start wait for pages of the model: these two come again.
    await this.#measureAll(atEach(top, [single, short]));
    // Decode steps are so short that one disturbance spoils several in a row: they come again after some time.
    await this.#measureAll([...atEach(rungs, [single, short, ...others]), ...decodes]);
    await this.#fill(rungs, chunk);
    await this.#measureAll([...decodes, ...regroupings, ...atEach(top, [short, this.#prefill(chunk)])]);
    await this.#measureAll([...decodes, ...regroupings, ...decodes]);
  }

  /** One row, all, half of them, two. */
  #decodes(): [Kind, ...Kind[]] {
    const decode = (rows: number): Kind => ({
      phase: 'decode',
      slots: this.#slots.slice(0, rows),
      tokens: 1,
    });
    const all = this.#slots.length;
    return [decode(1), decode(all), decode(Math.ceil(all / 2)), decode(Math.min(2, all))];
  }

  #prefill(tokens: number): Kind {
    return { phase: 'prefill', slots: this.#slots.slice(0, 1), tokens };
  }

  /** Alternate pairs, so that each pass has to bring its rows together. */
  #regroupings(): Kind[] {
    const [a, b, c] = this.#slots;
    if (a === undefined || b === undefined || c === undefined) return [];
    return [
      { phase: 'decode', slots: [a, c], tokens: 1 },
      { phase: 'decode', slots: [a, b], tokens: 1 },
    ];
  }

  /** Gives some slots a context of one chunk, each by another rung in turn; that measures as well. */
  async #fill(rungs: readonly number[], chunk: number): Promise<void> {
    const half = Math.ceil(this.#slots.length / 2);
    const filled = this.#slots.slice(0, Math.max(half, REGROUPED_SLOTS, rungs.length));
    for (const [i, slot] of filled.entries()) {
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

function atEach(rungs: readonly number[], kinds: readonly Kind[]): Measurement[] {
  return kinds.flatMap((kind) => rungs.map((rung) => ({ ...kind, rung })));
}

/** The highest and the lowest rung first, then those between. */
function measuredRungs(rungs: number, most: number): number[] {
  const count = Math.min(rungs, most);
  const spread = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (rungs - 1)) / (count - 1)),
  );
  const top = spread.pop() ?? 0;
  return [top, ...spread];
}
