import { QueptError, type ServiceTier, type ServiceWish } from '../../core/index.ts';

/** The words of `service_tier`, and the tiers they mean here. `auto` leaves the choice to the server. */
const TIERS = {
  auto: null,
  default: 'default',
  scale: 'default',
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
} as const satisfies Record<string, ServiceTier | null>;

export type TierWord = keyof typeof TIERS;
export const SERVICE_TIER_WORDS = Object.keys(TIERS) as TierWord[];

/** Targets as headers or metadata give them: `x-slo-ttft-ms` and `x-slo-tpot-ms`; null where there is none. */
export interface TargetHeaders {
  readonly ttftMs: string | null;
  readonly tpotMs: string | null;
}

export const LONGEST_TARGET_MS = 3_600_000;

/** Throws QueptError `invalid_request` (param is the header) for a target that is no positive number. */
export function parseServiceWish(
  tier: TierWord | null | undefined,
  headers: TargetHeaders,
  calledThem: 'header' | 'metadata' = 'header',
): ServiceWish {
  return {
    tier: tier == null ? null : TIERS[tier],
    ttftMs: targetOf(calledThem, 'x-slo-ttft-ms', headers.ttftMs),
    tpotMs: targetOf(calledThem, 'x-slo-tpot-ms', headers.tpotMs),
    timeoutMs: null,
  };
}

function targetOf(kind: string, name: string, text: string | null): number | null {
  if (text === null) return null;
  const ms = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : 0;
  if (ms > 0 && ms <= LONGEST_TARGET_MS) return ms;
  throw new QueptError(
    'invalid_request',
    `The ${kind} '${name}' must be a number of milliseconds above 0 and at most ${LONGEST_TARGET_MS}.`,
    { param: name },
  );
}
