import { SERVICE_TIERS } from '../core/index.ts';
import type { BatchPolicy, PrefillChunk } from './batch-policy.ts';
import { requestsPastDeadline } from './deadline.ts';
import { decodeGroups } from './decode-groups.ts';
import { type DecodeRow, decodeLoadMs, type PacedRequest, paceOf, strictestPaceMs } from './decode-pace.ts';
import { hasRoomFor } from './decode-room.ts';
import { decodeTurns } from './decode-turns.ts';
import { dispensableHolder, yieldsTo } from './dispensable-holder.ts';
import { PATIENCE_MS } from './due-time.ts';
import { planReasons } from './plan-reasons.ts';
import type { RungOf } from './precision-policy.ts';
import { contextTokens } from './predicted-time.ts';
import { PREEMPTION_LIMITS, type PreemptionLimits, slotExchange } from './preemption.ts';
import { prefillChunkTokens } from './prefill-chunk.ts';
import { PrefillForecast } from './prefill-forecast.ts';
import { LEAST_PREFILL_SHARE } from './prefill-share.ts';
import { orderPrompts, type PromptOrder } from './prompt-order.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/**
 * While some are overdue, every sixteenth chunk at least is one of theirs: enough for nobody to starve. What they get
 * beyond that is taken from requests that can still be on time, and gone for good.
 */
const OTHERS_BEFORE_OVERDUE = 15;

export interface DeadlineOptions {
  /** For how long after its due time a prompt may be overtaken by those that are on time, milliseconds. */
  readonly patienceMs?: number;
  /** How far requests of a lower tier give their slots to those of a higher one that would be late; null for never. */
  readonly preemption?: PreemptionLimits | null;
}

/**
 * Earliest deadline first, with slack. Prompts run in the order of `orderPrompts`: on time by due time, then the others.
 * A prompt gets its slot with its first chunk, and one that has become late may lose it again to one that can be on time
 * (`dispensableHolder`): slots that hold prompts nobody works on are what requests are late for under overload.
 * Decoding requests keep their time per token: a chunk is as long as their slack pays for (`prefillChunkTokens`), those
 * that can wait sit out a step that is too full (`decodeTurns`), and no prompt is completed while its tokens would
 * break the pace of those that decode (`hasRoomFor`). Without targets this is first come, first served, among owners by
 * least charge.
 *
 * Where all slots are taken, one of a lower tier goes to a request that would be late without it (`slotExchange`).
 *
 * Nothing starves, in any load:
 * - Prompts together get at least `LEAST_PREFILL_SHARE` of the time.
 * - A prompt is overtaken by later ones only until its due time and `patienceMs` are over. From then on it is overdue:
 *   overdue prompts go in order of due time, at least every sixteenth chunk is theirs, and once fifteen in a row
 *   were not, the next slot is theirs too, with or without room (`carry` counts them). The first of them keeps its slot.
 * - Slots are given to higher tiers as often as `preemption` allows; then a request keeps its own to the end.
 * - A request that decodes gets its turn as `decodeTurns` says.
 * So a request of p prompt tokens is done prefilling, with k overdue prompts before it, at the latest when sixteen
 * times the chunks of those k and its own have run, each such chunk within (its time / `LEAST_PREFILL_SHARE`) of the one
 * before, and slots for them have come free k + 1 times.
 */
export function createDeadlinePolicy(options: DeadlineOptions = {}): BatchPolicy {
  const { patienceMs = PATIENCE_MS, preemption = PREEMPTION_LIMITS } = options;
  return (view, rungOf) => {
    const expire = requestsPastDeadline(view);
    const holders = view.running.filter(({ id }) => !expire.has(id));
    const waiting = view.waiting.filter(({ id }) => !expire.has(id));
    const allPaced = holders.filter(({ promptLeft }) => promptLeft === 0).map((row) => paceOf(view, row));
    const allRows = allPaced.map((row) => decodeRow(row, rungOf));
    const decodeMs = decodeLoadMs(view, allRows);
    const allPrompts = [...holders.filter(({ promptLeft }) => promptLeft > 0), ...waiting];
    const forecast = new PrefillForecast(view, allPrompts, decodeMs, strictestPaceMs(allRows));
    const takes = (request: RequestView): number => forecast.wallMs(request, rungOf(request));
    const order = orderPrompts(allPrompts, view.nowMs, takes, patienceMs);
    const holding = new Set(holders);
    const full = preemption !== null && view.freeSlots === 0;
    const next = order.onTime.find((request) => !holding.has(request));
    const dispensable = full && next !== undefined ? dispensableHolder(order, holding) : null;
    const late = next !== undefined && yieldsTo(dispensable, next) ? dispensable : null;
    const outranked =
      full && late === null ? slotExchange(view, order.onTime, holders, takes, allRows, preemption) : null;
    const stays = (request: RequestView): boolean => request !== outranked?.from;
    const paced = allPaced.filter(({ request }) => stays(request));
    const rows = paced.map((row) => decodeRow(row, rungOf));
    const prompts = allPrompts.filter(stays);
    const turnOfOverdue = view.carry >= OTHERS_BEFORE_OVERDUE;
    const behind = begunFirst([...order.overdue, ...order.late], holding);
    const first = turnOfOverdue ? order.overdue : [];
    const ordered = [...new Set([...first, ...order.onTime, ...behind])].filter(stays);
    const taking = turns(view, paced, rows, prompts.length > 0);
    const mayStart = (request: RequestView): boolean =>
      view.freeSlots > 0 || request === outranked?.to || (late !== null && order.onTime.includes(request));
    const ready = ordered.filter((request) => holding.has(request) || mayStart(request));
    const chosen = nextChunk(view, ready, new Set(first), rungOf, paced, taking);
    const prefill = chosen?.chunk ?? null;
    const starts = chosen === null || holding.has(chosen.request) ? null : chosen.request;
    const exchange = outranked ?? (late !== null && starts !== null ? { from: late, to: starts } : null);
    const admitted = outranked?.to ?? starts;
    const admit = admitted === null ? [] : [admitted.id];
    let reasons: ReadonlyMap<string, string> | null = null;
    return {
      expire: [...expire],
      ...(exchange !== null && { preempt: [exchange.from.id] }),
      admit,
      decode: decodeGroups([...taking], rungOf, view.limits.maxBatch),
      prefill,
      carry: carryOn(view.carry, order, prefill),
      why: (id) => {
        reasons ??= planReasons(order, sitOut(paced, taking), exchange);
        return reasons.get(id) ?? null;
      },
    };
  };
}

/** A slot is free the sooner the sooner its prompt is done; those who wait lose nothing but their place. */
function begunFirst(prompts: readonly RequestView[], holders: ReadonlySet<RequestView>): RequestView[] {
  return [
    ...prompts.filter((prompt) => holders.has(prompt)),
    ...prompts.filter((prompt) => !holders.has(prompt)),
  ];
}

function decodeRow({ request, paceMs }: PacedRequest, rungOf: RungOf): DecodeRow {
  return { rung: rungOf(request), context: contextTokens(request), paceMs };
}

function turns(
  view: SchedulingView,
  paced: readonly PacedRequest[],
  rows: readonly DecodeRow[],
  prompts: boolean,
): ReadonlySet<RequestView> {
  const allowedMs = strictestPaceMs(paced) * (prompts ? 1 - LEAST_PREFILL_SHARE : 1);
  return new Set(
    decodeTurns(paced, view.nowMs, togetherMs(view, rows), allowedMs).map(({ request }) => request),
  );
}

/**
 * A chunk of the first of `ready`. Where it would complete the prompt, and there is no room to decode, it stops a token
 * short; a prompt that has come so far lets others pass until there is room, but none of a lower tier to its end: that
 * would take the room from it.
 */
function nextChunk(
  view: SchedulingView,
  ready: readonly RequestView[],
  exempt: ReadonlySet<RequestView>,
  rungOf: RungOf,
  paced: readonly PacedRequest[],
  taking: ReadonlySet<RequestView>,
): { readonly request: RequestView; readonly chunk: PrefillChunk } | null {
  const rows = paced.filter(({ request }) => taking.has(request)).map((row) => decodeRow(row, rungOf));
  const decodeMs = togetherMs(view, rows);
  let held: number = SERVICE_TIERS.length;
  for (const request of ready) {
    const { id, promptLeft } = request;
    const tier = SERVICE_TIERS.indexOf(request.level.tier);
    const rung = rungOf(request);
    const tokens = prefillChunkTokens(view, request, rung, decodeMs, paced, taking);
    if (tokens === 0) return null;
    const waits =
      tokens === promptLeft &&
      paced.length > 0 &&
      !exempt.has(request) &&
      (tier > held || !hasRoomFor(view, request, paced, rungOf));
    if (!waits) return { request, chunk: { id, rung, tokens } };
    held = Math.min(held, tier);
    if (promptLeft > 1) return { request, chunk: { id, rung, tokens: promptLeft - 1 } };
  }
  return null;
}

/** What a step takes in which all rows decode. */
function togetherMs(view: SchedulingView, rows: readonly DecodeRow[]): number {
  const alike = rows.map((row) => ({ ...row, paceMs: Number.POSITIVE_INFINITY }));
  return decodeLoadMs(view, alike);
}

/** Chunks of others since the last of an overdue prompt, while there are overdue ones. */
function carryOn(carry: number, { overdue }: PromptOrder, prefill: PrefillChunk | null): number {
  if (overdue.length === 0) return 0;
  if (prefill === null) return carry;
  return overdue.some(({ id }) => id === prefill.id) ? 0 : carry + 1;
}

function sitOut(paced: readonly PacedRequest[], taking: ReadonlySet<RequestView>): RequestView[] {
  return paced.map(({ request }) => request).filter((request) => !taking.has(request));
}
