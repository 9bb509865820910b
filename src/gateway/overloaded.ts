import { QueptError } from '../core/index.ts';
import type { OverloadLimit, RefusalReason } from '../observability/index.ts';

/** A request found no room: which bound it ran into, beside what its client is told. */
export class Overloaded extends QueptError {
  readonly limit: OverloadLimit;

  constructor(limit: OverloadLimit, reason: string, retryAfterMs: number) {
    super('overloaded', `${reason} Try again later.`, { retryAfterMs });
    this.limit = limit;
  }
}

/** What a refusal is counted as. */
export function refusalReason(error: QueptError): RefusalReason {
  if (error instanceof Overloaded) return error.limit;
  // Without a bound to name, it is the engine's queue that was full.
  return error.code === 'overloaded' ? 'waiting_requests' : error.code;
}
