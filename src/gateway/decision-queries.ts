import type { DecisionTrail } from '../core/index.ts';
import type { DecisionAnswer, DecisionQuery } from './channel.ts';

type Trails = readonly (DecisionTrail | null)[];

interface Waiting {
  readonly ids: readonly string[];
  readonly resolve: (trails: Trails) => void;
}

/** Questions to the engine process that await their answer. */
export class DecisionQueries {
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  /** Resolves with one trail per id; with nulls when the engine ends before it has answered. */
  ask(ids: readonly string[], send: (message: DecisionQuery) => void): Promise<Trails> {
    const query = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(query, { ids, resolve });
      send({ type: 'decision-query', query, ids });
    });
  }

  answer({ query, trails }: DecisionAnswer): void {
    this.#waiting.get(query)?.resolve(trails);
    this.#waiting.delete(query);
  }

  /** The engine is gone, and what it kept with it. */
  forget(): void {
    for (const { ids, resolve } of this.#waiting.values()) resolve(ids.map(() => null));
    this.#waiting.clear();
  }
}
