import { SERVICE_TIERS, type ServiceTier } from '../core/index.ts';
import { firstTokenDueAtMs } from './due-time.ts';
import type { PrefillForecast } from './prefill-forecast.ts';
import type { PromptOrder } from './prompt-order.ts';
import type { RequestView } from './scheduling-view.ts';

/** Up to which rung the prompts of each tier run. */
export type PromptCaps = Readonly<Record<ServiceTier, number>>;

/** What decoding leaves to prompts. */
export interface DecodeSide {
  readonly loadMs: number;
  /** Requests that could begin to decode beside those that do. */
  readonly room: number;
  readonly freeSlots: number;
  /** Until a request that decodes ends and leaves its room and its slot, on average, milliseconds. */
  readonly turnoverMs: number;
}

interface Demand {
  readonly request: RequestView;
  readonly waits: boolean;
  /** Time left, milliseconds. */
  leftMs: number;
}

/**
 * Whether first tokens come by their due times, given what prompts run at and what decodes beside them.
 *
 * A first token that cannot come in time at any precision is no reason to give up quality; it is then due when
 * patience with it ends. When not even that can be kept the scheduler is overloaded, and speed is all that helps.
 */
export class FirstTokenOutlook {
  /** Prompts cannot be kept up with, whatever the precision. */
  readonly overloaded: boolean;
  readonly #demands: Demand[];
  readonly #forecast: PrefillForecast;
  /** From every prompt at its ceiling to every prompt at its floor, flex going first. */
  readonly #caps: readonly PromptCaps[];

  /**
   * @param order at the fastest rungs
   * @param fastest decoding at the fastest
   */
  constructor(
    order: PromptOrder,
    holders: ReadonlySet<RequestView>,
    forecast: PrefillForecast,
    nowMs: number,
    patienceMs: number,
    fastest: DecodeSide,
  ) {
    this.#forecast = forecast;
    const demand = (request: RequestView, graceMs: number): Demand => ({
      request,
      waits: !holders.has(request),
      leftMs: firstTokenDueAtMs(request) + graceMs - nowMs,
    });
    const onTime = order.onTime.map((request) => demand(request, 0));
    const behind = [...order.overdue, ...order.late].map((request) => demand(request, patienceMs));
    this.#caps = capsOf([...onTime, ...behind].map(({ request }) => request));
    this.#demands = [...onTime, ...behind].filter(({ leftMs }) => leftMs < Number.POSITIVE_INFINITY);
    this.#sort();
    const lowest = this.#caps.length - 1;
    for (const missed of this.#missed(fastest, lowest, 1)) {
      if (onTime.includes(missed)) missed.leftMs += patienceMs;
    }
    this.#sort();
    this.overloaded = this.#missed(fastest, lowest, 1).length > 0;
  }

  /** The caps that lose least and meet all due times with `safety` times the predicted time; null when none do. */
  leastCaps(side: DecodeSide, safety: number): PromptCaps | null {
    let misses = -1;
    let meets = this.#caps.length - 1;
    if (!this.#meets(side, meets, safety)) return null;
    // Less is never slower (`rungUnder`), so the caps that meet are a tail.
    while (meets - misses > 1) {
      const middle = (meets + misses) >> 1;
      if (this.#meets(side, middle, safety)) meets = middle;
      else misses = middle;
    }
    return this.#caps[meets] ?? null;
  }

  #meets(side: DecodeSide, caps: number, safety: number): boolean {
    return this.#missed(side, caps, safety, true).length === 0;
  }

  /** Those whose first token comes too late, prompts running one after the other by time left. */
  #missed(side: DecodeSide, capsIndex: number, safety: number, one = false): Demand[] {
    const caps = this.#caps[capsIndex];
    const missed: Demand[] = [];
    let atMs = 0;
    let joined = 0;
    let admitted = 0;
    if (caps === undefined) return missed;
    for (const demand of this.#demands) {
      const { request, waits, leftMs } = demand;
      if (waits) atMs = Math.max(atMs, (++admitted - side.freeSlots) * side.turnoverMs);
      const rung = rungUnder(request, caps, this.#forecast);
      atMs += this.#forecast.wallMs(request, rung, side.loadMs);
      atMs = Math.max(atMs, (++joined - side.room) * side.turnoverMs);
      if (atMs * safety <= leftMs) continue;
      missed.push(demand);
      if (one) break;
    }
    return missed;
  }

  #sort(): void {
    this.#demands.sort((a, b) => a.leftMs - b.leftMs);
  }
}

/** The rung of a prompt under its tier's cap: no lower than needed, since a lower rung may be no faster. */
export function rungUnder(request: RequestView, caps: PromptCaps, forecast: PrefillForecast): number {
  const { floor, ceiling, level } = request;
  let rung = Math.max(floor, Math.min(ceiling, caps[level.tier]));
  for (let higher = rung + 1; higher <= ceiling; higher++) {
    if (forecast.tokenCostMs(higher) <= forecast.tokenCostMs(rung)) rung = higher;
  }
  return rung;
}

function capsOf(requests: readonly RequestView[]): PromptCaps[] {
  const top = Math.max(0, ...requests.map(({ ceiling }) => ceiling));
  let caps: PromptCaps = { priority: top, default: top, flex: top };
  const all = [caps];
  for (const tier of SERVICE_TIERS.toReversed()) {
    const members = requests.filter(({ level }) => level.tier === tier);
    if (members.length === 0) continue;
    const bottom = Math.min(...members.map(({ floor }) => floor));
    for (let cap = top - 1; cap >= bottom; cap--) {
      caps = { ...caps, [tier]: cap };
      all.push(caps);
    }
  }
  return all;
}
