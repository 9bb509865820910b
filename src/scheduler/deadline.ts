import { QueptError } from '../core/index.ts';
import type { RequestView, SchedulingView } from './scheduling-view.ts';

/** A deadline that has passed, and how long after arrival it was. */
interface PassedDeadline {
  readonly what: 'a place in the batch' | 'its first token' | 'its end';
  readonly afterMs: number;
}

/** The first of a request's deadlines that has passed; null while it may go on. */
export function passedDeadline(request: RequestView, nowMs: number, queued: boolean): PassedDeadline | null {
  const { queueMs, firstTokenMs, totalMs } = request.deadlines;
  const age = nowMs - request.arrivedAtMs;
  const neverRan = queued && request.preemptions === 0;
  if (neverRan && queueMs !== null && age >= queueMs)
    return { what: 'a place in the batch', afterMs: queueMs };
  if (request.firstTokenAtMs === null && firstTokenMs !== null && age >= firstTokenMs) {
    return { what: 'its first token', afterMs: firstTokenMs };
  }
  if (totalMs !== null && age >= totalMs) return { what: 'its end', afterMs: totalMs };
  return null;
}

/** When a request that goes on waiting will be given up, on the scheduler's clock; infinite for never. */
export function queueDeadlineAtMs(request: RequestView): number {
  const { queueMs, firstTokenMs, totalMs } = request.deadlines;
  const never = Number.POSITIVE_INFINITY;
  const untilSlot = request.preemptions === 0 ? (queueMs ?? never) : never;
  const untilToken = request.firstTokenAtMs === null ? (firstTokenMs ?? never) : never;
  return request.arrivedAtMs + Math.min(untilSlot, untilToken, totalMs ?? never);
}

export function deadlineError({ what, afterMs }: PassedDeadline): QueptError {
  return new QueptError(
    'deadline_exceeded',
    `The request was given up: it had not reached ${what} ${Math.round(afterMs)} ms after it arrived.`,
  );
}

/** Ids of all requests in view that are past a deadline, running ones first. */
export function requestsPastDeadline({ nowMs, running, waiting }: SchedulingView): ReadonlySet<string> {
  const late = [
    ...running.filter((request) => passedDeadline(request, nowMs, false) !== null),
    ...waiting.filter((request) => passedDeadline(request, nowMs, true) !== null),
  ];
  return new Set(late.map(({ id }) => id));
}
