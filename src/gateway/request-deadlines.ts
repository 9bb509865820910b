import { type Deadlines, QueptError } from '../core/index.ts';

/**
 * The server's deadlines, with the end brought forward to what is left of the client's own time. What passed before
 * the engine hears of a request counts against the client's time only: the engine counts from when it does.
 *
 * @param timeoutMs the client's time, from arrival; null for no limit
 * @param elapsedMs since arrival
 *
 * Throws QueptError `deadline_exceeded` when nothing is left.
 */
export function requestDeadlines(server: Deadlines, timeoutMs: number | null, elapsedMs: number): Deadlines {
  if (timeoutMs === null) return server;
  const leftMs = timeoutMs - elapsedMs;
  if (!(leftMs > 0)) {
    throw new QueptError(
      'deadline_exceeded',
      `The deadline of ${Math.round(timeoutMs)} ms passed before the request could be queued.`,
    );
  }
  return { ...server, totalMs: Math.min(leftMs, server.totalMs ?? Number.POSITIVE_INFINITY) };
}
