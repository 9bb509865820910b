import { requestsPastDeadline } from './deadline.ts';
import { type DecodeRow, decodeLoadMs, type PacedRequest, paceOf, strictestPaceMs } from './decode-pace.ts';
import { roomLeft } from './decode-room.ts';
import { type DecodeSide, FirstTokenOutlook, type PromptCaps, rungUnder } from './first-token-outlook.ts';
import { type GroupedRows, type MovableRow, mergeUpwards } from './group-merging.ts';
import { contextTokens } from './predicted-time.ts';
import { wantedChunkTokens } from './prefill-chunk.ts';
import { PrefillForecast } from './prefill-forecast.ts';
import { LEAST_PREFILL_SHARE } from './prefill-share.ts';
import { orderPrompts, type PromptOrder } from './prompt-order.ts';
import type { DecodeCandidate } from './rung-assignment.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';
import { reachableRungs, type SwitchLimits } from './switch-limits.ts';

export interface SloSettings {
  readonly switchLimits: SwitchLimits;
  readonly patienceMs: number;
  readonly reserve: number;
}

/** Output length to expect before any request has ended. */
const OUTPUT_TOKENS = 64;

/** Where several decode, precision goes up only with room for so many more: the next is not to bring it down again. */
const HEADROOM = 1;

/** More than any batch holds. */
const MOST_ROOM = 1_000_000;

/** `rungUnder` keeps every prompt in its range. */
const LOWEST: PromptCaps = { priority: 0, default: 0, flex: 0 };

/** What assignments of rungs are predicted to come to, in one situation. */
export class SloForecast {
  /** Those that decode, and the prompt whose first token comes next: it joins them. */
  readonly candidates: readonly DecodeCandidate[];
  /** As `candidates`. */
  readonly rows: readonly MovableRow[];
  /** The least that a step can take. */
  readonly fastest: GroupedRows;
  readonly prefill: PrefillForecast;
  readonly #view: SchedulingView;
  readonly #reserve: number;
  readonly #running: readonly RequestView[];
  readonly #prompts: readonly RequestView[];
  /** As `candidates`. */
  readonly #paced: readonly PacedRequest[];
  readonly #outlook: FirstTokenOutlook;

  constructor(view: SchedulingView, { switchLimits, patienceMs, reserve }: SloSettings) {
    this.#reserve = reserve;
    const past = requestsPastDeadline(view);
    this.#view = view;
    this.#running = view.running.filter(({ id }) => !past.has(id));
    this.#prompts = [
      ...this.#running.filter(({ promptLeft }) => promptLeft > 0),
      ...view.waiting.filter(({ id }) => !past.has(id)),
    ];
    const reach = (request: RequestView): DecodeCandidate => ({
      request,
      ...reachableRungs(request, view.nowMs, switchLimits),
    });
    const paced = this.#running.filter(({ promptLeft }) => promptLeft === 0).map((row) => paceOf(view, row));
    const paceMs = strictestPaceMs(paced);
    const loadMs = decodeLoadMs(view, paced.map(unchangedRow));
    this.prefill = new PrefillForecast(view, this.#prompts, loadMs, paceMs);
    const fastest = fastestOf(
      view,
      paced,
      paced.map(({ request }) => reach(request)),
    );
    const order = orderPrompts(
      this.#prompts,
      view.nowMs,
      (request) => this.prefill.wallMs(request, this.#fastestRung(request), fastest.loadMs),
      patienceMs,
    );
    const joiner = this.#nextToComplete(order, loadMs, paceMs);
    this.#paced = [...paced, ...joiner.map((request) => paceOf(view, request))];
    this.candidates = this.#paced.map(({ request }) => reach(request));
    this.rows = movableRows(this.#paced, this.candidates);
    this.fastest = joiner.length === 0 ? fastest : fastestOf(view, this.#paced, this.candidates);
    const side = this.#side(this.fastest);
    const holders = new Set(this.#running);
    this.#outlook = new FirstTokenOutlook(order, holders, this.prefill, view.nowMs, patienceMs, side);
  }

  /** Whether prompts cannot be kept up with at any precision. */
  get overloaded(): boolean {
    return this.#outlook.overloaded;
  }

  /** Assignments that switch nobody: the joining request starts at its ceiling, or in the highest group it may join. */
  *unchanged(): Generator<GroupedRows> {
    const groups = new Set(this.candidates.flatMap(({ request }) => request.lastRung ?? []));
    const rungs = this.candidates.map(({ request }) => request.lastRung ?? request.ceiling);
    yield this.#grouped(rungs);
    const joiner = this.candidates.findIndex(({ request }) => request.lastRung === null);
    const { low, high } = this.candidates[joiner] ?? { low: 0, high: -1 };
    const joined = Math.max(...[...groups].filter((rung) => rung >= low && rung < high));
    if (joined >= low) yield this.#grouped(rungs.with(joiner, joined));
  }

  /** The least that prompts have to give up for an assignment to meet all targets; null when none is enough. */
  capsThatMeet(decode: GroupedRows, safety = 1): PromptCaps | null {
    const share = this.#prompts.length > 0 ? 1 - LEAST_PREFILL_SHARE : 1;
    if (decode.loadMs * safety > share * this.#paceMs(safety > 1)) return null;
    const side = this.#side(decode);
    if (safety > 1 && this.rows.length > 1 && side.room < HEADROOM) return null;
    return this.#outlook.leastCaps(side, safety * this.#reserve);
  }

  /** What prompts give up for first tokens alone: all, if need be. */
  capsInNeed(decode: GroupedRows): PromptCaps {
    return this.#outlook.leastCaps(this.#side(decode), this.#reserve) ?? LOWEST;
  }

  /** What decoding requests are ahead of their targets is no reason to go up. */
  #paceMs(withoutCredit: boolean): number {
    return strictestPaceMs(
      withoutCredit
        ? this.#paced.map(({ paceMs, targetMs }) => ({ paceMs: Math.min(paceMs, targetMs) }))
        : this.#paced,
    );
  }

  #grouped(rungs: readonly number[]): GroupedRows {
    const rows = this.rows.map((row, i) => ({ ...row, rung: rungs[i] ?? 0 }));
    return { rungs, loadMs: decodeLoadMs(this.#view, rows) };
  }

  #fastestRung(request: RequestView): number {
    return rungUnder(request, LOWEST, this.prefill);
  }

  /** The prompt that runs next, if its next chunk may be its last. */
  #nextToComplete({ onTime, overdue, late }: PromptOrder, loadMs: number, paceMs: number): RequestView[] {
    const canRun = (request: RequestView): boolean =>
      this.#view.freeSlots > 0 || this.#running.includes(request);
    const next = [...onTime, ...overdue, ...late].find(canRun);
    if (next === undefined) return [];
    const tokens = wantedChunkTokens(this.#view, next, this.#fastestRung(next), loadMs, paceMs);
    return tokens >= next.promptLeft ? [next] : [];
  }

  #side({ rungs, loadMs }: GroupedRows): DecodeSide {
    const { meanOutputTokens, freeSlots, ladder } = this.#view;
    const share = this.prefill.share(ladder.length - 1, loadMs);
    const stepMs = loadMs / Math.max(LEAST_PREFILL_SHARE, 1 - share);
    const rows = this.rows.length;
    const turnoverMs = ((meanOutputTokens ?? OUTPUT_TOKENS) * stepMs) / Math.max(1, rows);
    if (rows === 0) return { loadMs, room: MOST_ROOM, freeSlots, turnoverMs };
    const context = this.rows.reduce((sum, row) => sum + row.context, 0) / rows;
    const targetMs = Math.min(...this.#paced.map((row) => row.targetMs));
    // Below the highest group there may be others: with the dearest rows no more room is promised than there is.
    const room = roomLeft(this.#view, Math.max(...rungs), rows, context, loadMs, targetMs, MOST_ROOM);
    return { loadMs, room, freeSlots, turnoverMs };
  }
}

function unchangedRow({ request, paceMs }: PacedRequest): DecodeRow {
  return { rung: request.lastRung ?? request.ceiling, context: contextTokens(request), paceMs };
}

function movableRows(paced: readonly PacedRequest[], candidates: readonly DecodeCandidate[]): MovableRow[] {
  return paced.map(({ request, paceMs }, i) => ({
    high: candidates[i]?.high ?? request.ceiling,
    context: contextTokens(request),
    paceMs,
  }));
}

/** The fastest of the assignments that cap everyone alike: mostly the lowest, but a lower rung may be no faster. */
function fastestOf(
  view: SchedulingView,
  paced: readonly PacedRequest[],
  candidates: readonly DecodeCandidate[],
): GroupedRows {
  const rows = movableRows(paced, candidates);
  const top = Math.max(0, ...candidates.map(({ high }) => high));
  let fastest: GroupedRows | null = null;
  for (let cap = top; cap >= 0; cap--) {
    const capped = candidates.map(({ low, high }) => Math.max(low, Math.min(high, cap)));
    const grouped = mergeUpwards(view, rows, capped);
    if (fastest === null || grouped.loadMs < fastest.loadMs) fastest = grouped;
  }
  return fastest ?? { rungs: [], loadMs: 0 };
}
