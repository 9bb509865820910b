import type { GenerationEvent, Ladder, ServiceLevel } from '../core/index.ts';
import { createRecord, type RequestRecord, tpotMs } from './request-record.ts';
import { Timeline } from './timeline.ts';

/** Writes down what the clients of a simulation see. */
export class Recorder {
  readonly records: RequestRecord[] = [];
  readonly timeline: Timeline;
  readonly #ladder: Ladder;
  readonly #running = new Map<string, RequestRecord>();
  #undelivered: GenerationEvent[] = [];
  #ended = 0;

  constructor(ladder: Ladder, windowMs: number) {
    this.#ladder = ladder;
    this.timeline = new Timeline(windowMs);
  }

  /** Requests that hold a place: accepted and not ended. */
  get held(): number {
    return this.#running.size;
  }

  /** Requests that ended, one way or another. */
  get ended(): number {
    return this.#ended;
  }

  /** Tokens that their clients have not seen yet. */
  get undeliveredTokens(): number {
    return this.#undelivered.filter(({ type }) => type === 'token').length;
  }

  accept(id: string, arrivedAtMs: number, level: ServiceLevel): void {
    this.#running.set(id, this.#arrive(arrivedAtMs, level));
  }

  refuse(arrivedAtMs: number, level: ServiceLevel): void {
    this.#arrive(arrivedAtMs, level).outcome = 'refused';
    this.#ended++;
  }

  /** Takes an event of the scheduler; its client sees it with `deliver`. */
  take(event: GenerationEvent): void {
    this.#undelivered.push(event);
  }

  /** What was taken since the last call reaches its clients now. */
  deliver(nowMs: number): void {
    for (const event of this.#undelivered) {
      const record = this.#running.get(event.requestId);
      if (record === undefined) throw new Error(`An event of ${event.requestId}, which does not run.`);
      if (event.type === 'token') this.#token(record, event.rung, nowMs);
      else this.#end(event.requestId, record, event.type);
    }
    this.#undelivered = [];
  }

  #arrive(arrivedAtMs: number, level: ServiceLevel): RequestRecord {
    const record = createRecord(arrivedAtMs, level);
    this.records.push(record);
    this.timeline.arrival(arrivedAtMs);
    return record;
  }

  #token(record: RequestRecord, rung: number, nowMs: number): void {
    const gapMs = record.lastTokenAtMs === null ? null : nowMs - record.lastTokenAtMs;
    const switched = record.lastRung !== null && record.lastRung !== rung;
    record.firstTokenAtMs ??= nowMs;
    record.lastTokenAtMs = nowMs;
    record.lastRung = rung;
    record.tokens++;
    record.tokensByRung[rung] = (record.tokensByRung[rung] ?? 0) + 1;
    if (switched) record.switchedAtMs.push(nowMs);
    const bits = this.#ladder[rung]?.averageBits ?? 0;
    const tpot = tpotMs(record);
    const tpotByTarget = tpot === null ? null : tpot / record.level.tpotMs;
    this.timeline.token(nowMs, {
      request: record,
      bits,
      gapMs,
      tpotTargetMs: record.level.tpotMs,
      tpotByTarget,
      ttftByTarget: gapMs === null ? (nowMs - record.arrivedAtMs) / record.level.ttftMs : null,
      switched,
    });
  }

  #end(id: string, record: RequestRecord, outcome: 'finished' | 'failed'): void {
    record.outcome = outcome;
    this.#running.delete(id);
    this.#ended++;
  }
}
