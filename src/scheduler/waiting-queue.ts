import { queueDeadlineAtMs } from './deadline.ts';
import { firstTokenDueAtMs } from './due-time.ts';
import type { RequestView } from './scheduling-view.ts';
import { SortedList } from './sorted-list.ts';

interface Entry<T> {
  readonly item: T;
  /** Counts arrivals. */
  readonly ordinal: number;
  readonly dueAtMs: number;
  readonly deadlineAtMs: number;
}

/** One owner's requests by the time their first token is due. */
interface Lane<T> {
  readonly onTime: SortedList<Entry<T>>;
  readonly late: SortedList<Entry<T>>;
}

/**
 * Requests in order of arrival. A Map keeps insertion order and deletes in O(1), so a cancellation deep in the
 * queue costs the same as taking its head. Beside it the requests are kept sorted by due time and by deadline, so
 * that finding those that bear on a step does not take longer in a long queue than in a short one.
 */
export class WaitingQueue<T extends RequestView> implements Iterable<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #lanes = new Map<string, Lane<T>>();
  readonly #byDeadline = new SortedList<Entry<T>>();
  readonly #capacity: number;
  #arrivals = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get full(): boolean {
    return this.#entries.size >= this.#capacity;
  }

  get(id: string): T | undefined {
    return this.#entries.get(id)?.item;
  }

  /** Appends `item`, new or come back; the caller has seen to it that there is room and that the id is not here. */
  push(item: T): void {
    const entry: Entry<T> = {
      item,
      ordinal: this.#arrivals++,
      dueAtMs: firstTokenDueAtMs(item),
      deadlineAtMs: queueDeadlineAtMs(item),
    };
    this.#entries.set(item.id, entry);
    let lane = this.#lanes.get(item.owner);
    if (lane === undefined) {
      lane = { onTime: new SortedList(), late: new SortedList() };
      this.#lanes.set(item.owner, lane);
    }
    lane.onTime.insert(entry.dueAtMs, entry);
    if (entry.deadlineAtMs < Number.POSITIVE_INFINITY) this.#byDeadline.insert(entry.deadlineAtMs, entry);
  }

  /** Takes the item out; false when it was not waiting. */
  remove(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    this.#byDeadline.remove(entry.deadlineAtMs, entry);
    const { owner } = entry.item;
    const lane = this.#lanes.get(owner);
    if (lane === undefined) return true;
    if (!lane.onTime.remove(entry.dueAtMs, entry)) lane.late.remove(entry.dueAtMs, entry);
    if (lane.onTime.size + lane.late.size === 0) this.#lanes.delete(owner);
    return true;
  }

  /** First come first. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const { item } of this.#entries.values()) yield item;
  }

  /**
   * What `SchedulingView.waiting` promises, in order of arrival: everyone while they are no more than `count`, else
   * the `count` longest waiting, as many again by urgency, divided among owners (those with the least charge, when
   * there are more owners than places), and all that are past a deadline.
   */
  view(nowMs: number, count: number): T[] {
    if (this.size <= count) return [...this];
    const picked = new Set<Entry<T>>(this.#byDeadline.upTo(nowMs));
    let left = count;
    for (const entry of this.#entries.values()) {
      picked.add(entry);
      if (--left === 0) break;
    }
    const lanes = this.#leastCharged(count);
    const each = Math.max(1, Math.floor(count / lanes.length));
    for (const lane of lanes) {
      settle(lane, nowMs);
      for (const entry of lane.onTime.head(each)) picked.add(entry);
      for (const entry of lane.late.head(each)) picked.add(entry);
    }
    return [...picked].sort((a, b) => a.ordinal - b.ordinal).map(({ item }) => item);
  }

  #leastCharged(count: number): Lane<T>[] {
    const lanes = [...this.#lanes.values()];
    if (lanes.length <= count) return lanes;
    return lanes
      .map((lane) => ({ lane, chargedMs: chargeOf(lane) }))
      .sort((a, b) => a.chargedMs - b.chargedMs)
      .slice(0, count)
      .map(({ lane }) => lane);
  }
}

function chargeOf<T extends RequestView>({ onTime, late }: Lane<T>): number {
  const [any] = [...late.head(1), ...onTime.head(1)];
  return any?.item.account.chargedMs ?? 0;
}

/** Each request moves once in its life, so this costs nothing in most steps. */
function settle<T>({ onTime, late }: Lane<T>, nowMs: number): void {
  for (const entry of onTime.takeUpTo(nowMs)) late.insert(entry.dueAtMs, entry);
}
