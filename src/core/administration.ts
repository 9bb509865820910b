import type { KeyScope } from './caller.ts';
import type { ServiceTier } from './service-level.ts';

/** An API key and what it has used lately, as an operator sees it. */
export interface KeyStatus {
  readonly id: string;
  readonly name: string | null;
  /** `expired` and `disabled` keys open nothing. */
  readonly state: 'active' | 'expired' | 'disabled';
  /** Milliseconds since the epoch; null for never. */
  readonly expiresAtMs: number | null;
  readonly scopes: readonly KeyScope[];
  readonly tiers: readonly ServiceTier[];
  readonly defaultTier: ServiceTier;
  readonly minBits: number | null;
  readonly maxBits: number | null;
  /** A limit is null where there is none. */
  readonly requestsPerMinute: { readonly limit: number | null; readonly used: number };
  readonly tokensPerMinute: { readonly limit: number | null; readonly used: number };
  readonly tokensPerDay: { readonly limit: number | null; readonly used: number };
  readonly concurrency: { readonly limit: number | null; readonly used: number };
}

/** What an operator can do with keys while the server runs. */
export interface KeyAdministration {
  /** All keys, in the order in which they were given. */
  statuses(): Promise<readonly KeyStatus[]>;
  /** Reads the keys again. Throws QueptError `invalid_config` that lists every fault; the keys before it hold then. */
  reload(): { readonly changed: boolean; readonly keys: number };
  /** Whether limits are counted together with other replicas at the moment. */
  readonly limitsShared: boolean;
}

/** How a server is. */
export interface ServerStatus {
  readonly ready: boolean;
  /** Why not; null when ready. */
  readonly reason: string | null;
  /** It takes no new requests and ends when the last one has. */
  readonly draining: boolean;
  /** Requests accepted and not ended. */
  readonly inFlight: number;
  /** Of those, with a slot, as of the last step. */
  readonly running: number;
}
