import { QueptError, type ServiceTier } from '../core/index.ts';
import type { OverloadLimit, RefusalReason, ServingMetrics } from '../observability/index.ts';

/** A request found no room: which bound it ran into, beside what its client is told. */
export class Overloaded extends QueptError {
  readonly limit: OverloadLimit;

  constructor(limit: OverloadLimit, reason: string, retryAfterMs: number) {
    super('overloaded', `${reason} Try again later.`, { retryAfterMs });
    this.limit = limit;
  }
}

/** Refusals that the server and not the client is to blame for. */
const SERVER_REFUSALS: ReadonlySet<string> = new Set(['overloaded', 'engine_unavailable', 'internal_error']);

/** Counts a refusal by its reason, and as missed targets where the server is to blame: a drop is no good answer. */
export function countRefusal(metrics: ServingMetrics, error: QueptError, tier: ServiceTier): void {
  metrics.requestRefused(refusalReason(error));
  if (!SERVER_REFUSALS.has(error.code)) return;
  for (const slo of ['ttft', 'tpot', 'all'] as const) metrics.sloJudged(tier, slo, false);
}

function refusalReason(error: QueptError): RefusalReason {
  if (error instanceof Overloaded) return error.limit;
  // Without a bound to name, it is the engine's queue that was full.
  return error.code === 'overloaded' ? 'waiting_requests' : error.code;
}
