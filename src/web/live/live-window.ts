import type { DashboardData, SecondData } from './dashboard-data.ts';

/** A second of the time shown; null where nothing happened. */
export type ShownSecond = SecondData | null;

/** The seconds that a page has been told of one start of a server. */
export class LiveWindow {
  #boot: string | null = null;
  #now = 0;
  #kept = 0;
  #seconds = new Map<number, SecondData>();

  /** The `at` of the last second known, to ask for those after it; null to ask for all. */
  get known(): number | null {
    return this.#boot === null ? null : Math.floor(this.#now) - 1;
  }

  /** Takes in an answer. False for one that leaves out seconds which another start of the server had: ask for all. */
  add(data: DashboardData): boolean {
    const restarted = this.#boot !== null && this.#boot !== data.boot;
    if (restarted) {
      this.#boot = null;
      this.#seconds.clear();
      return false;
    }
    this.#boot = data.boot;
    this.#now = data.now;
    this.#kept = data.kept_seconds;
    for (const second of data.seconds) this.#seconds.set(second.at, second);
    for (const at of this.#seconds.keys()) if (at < this.#now - this.#kept) this.#seconds.delete(at);
    return true;
  }

  /** The last `span` complete seconds, oldest first. */
  last(span: number): ShownSecond[] {
    const end = Math.floor(this.#now);
    return Array.from({ length: span }, (_, i) => this.#seconds.get(end - span + i) ?? null);
  }

  /** What was last known before the `span` shown; null for nothing. */
  before(span: number): ShownSecond {
    const start = Math.floor(this.#now) - span;
    const earlier = [...this.#seconds.keys()].filter((at) => at < start);
    return this.#seconds.get(Math.max(...earlier)) ?? null;
  }
}
