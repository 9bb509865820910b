import { SOAK_KINDS, type SoakGround, type SoakKind } from './soak-kinds.ts';

/** What clients saw since the sample before. */
export interface SoakAnswers {
  readonly calls: number;
  /** Calls by kind and result that should not have ended so. */
  readonly unexpected: Readonly<Record<string, number>>;
  /** Milliseconds to the first part of answers over HTTP with status 200. */
  readonly firstMs: readonly number[];
}

const TOTAL_WEIGHT = SOAK_KINDS.reduce((sum, { weight }) => sum + weight, 0);

/** Clients that ask one thing after the other, each drawn anew. */
export class SoakLoad {
  readonly #ground: SoakGround;
  readonly #running: Promise<void>;
  readonly #byKind = new Map<string, number>();
  #stopped = false;
  #calls = 0;
  #unexpected: Record<string, number> = {};
  #firstMs: number[] = [];

  constructor(ground: SoakGround, clients: number) {
    this.#ground = ground;
    const loops = Array.from({ length: clients }, () => this.#client());
    this.#running = Promise.all(loops).then(() => {});
  }

  /** Calls since the start, by kind. */
  get byKind(): ReadonlyMap<string, number> {
    return this.#byKind;
  }

  take(): SoakAnswers {
    const taken = { calls: this.#calls, unexpected: this.#unexpected, firstMs: this.#firstMs };
    this.#calls = 0;
    this.#unexpected = {};
    this.#firstMs = [];
    return taken;
  }

  /** Resolves when every client has its last answer. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#running;
  }

  async #client(): Promise<void> {
    while (!this.#stopped) {
      const kind = this.#draw();
      const { result, firstMs } = await kind.run(this.#ground);
      this.#calls++;
      this.#byKind.set(kind.name, (this.#byKind.get(kind.name) ?? 0) + 1);
      if (firstMs !== null && result === '200') this.#firstMs.push(firstMs);
      if (kind.expected.includes(result)) continue;
      const told = `${kind.name}: ${result}`;
      this.#unexpected[told] = (this.#unexpected[told] ?? 0) + 1;
    }
  }

  #draw(): SoakKind {
    let at = this.#ground.random() * TOTAL_WEIGHT;
    for (const kind of SOAK_KINDS) {
      at -= kind.weight;
      if (at < 0) return kind;
    }
    return SOAK_KINDS[0] as SoakKind;
  }
}
