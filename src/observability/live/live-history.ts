import type { Clock, LiveFigures, LiveSecond } from '../../core/index.ts';
import type { EngineState } from '../serving-metrics.ts';
import { OpenSecond } from './open-second.ts';

const KEPT_SECONDS = 300;

/**
 * Adds up what is told in seconds, and keeps the last minutes of them. Without a timer: a second ends when the next
 * thing is told or asked, so a server that does nothing pays nothing, and seconds without anything are not kept.
 */
export class LiveHistory implements LiveFigures {
  readonly keptSeconds = KEPT_SECONDS;
  /** Rungs of the ladder. */
  rungs = 0;
  readonly #clock: Clock;
  readonly #done: LiveSecond[] = [];
  /** Of the engine, after its last step. */
  #state: Omit<EngineState, 'belowCeiling'> = { running: 0, waiting: 0, kvUsage: 0 };
  #open: OpenSecond | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowSeconds(): number {
    return this.#clock.now() / 1000;
  }

  /** The second that it is now; one that is over ends. */
  get second(): OpenSecond {
    const at = Math.floor(this.nowSeconds());
    if (this.#open?.at === at) return this.#open;
    this.#close();
    this.#open = new OpenSecond(at, this.rungs);
    return this.#open;
  }

  engineState(state: EngineState): void {
    // A second that is over ended with the state before this one.
    this.#open = this.second;
    this.#state = state;
  }

  after(at: number): readonly LiveSecond[] {
    const now = Math.floor(this.nowSeconds());
    if (this.#open !== null && this.#open.at < now) this.#close();
    const since = Math.max(at, now - KEPT_SECONDS - 1);
    const first = this.#done.findIndex((second) => second.at > since);
    return first < 0 ? [] : this.#done.slice(first);
  }

  #close(): void {
    if (this.#open === null) return;
    this.#done.push(this.#open.close(this.#state));
    this.#open = null;
    if (this.#done.length > KEPT_SECONDS) this.#done.shift();
  }
}
