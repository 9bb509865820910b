/** Tiers of service, the most urgent first. */
export const SERVICE_TIERS = ['priority', 'default', 'flex'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** What a request aims at, and how it ranks when not all can have it. */
export interface ServiceLevel {
  readonly tier: ServiceTier;
  /** Time to first token: from arrival, waiting included, milliseconds. */
  readonly ttftMs: number;
  /** Time per output token after the first: (last − first)/(n − 1), milliseconds. */
  readonly tpotMs: number;
  /** How much a missed target of this request counts beside others', > 0. */
  readonly weight: number;
}

/** What a client asks of the service. */
export interface ServiceWish {
  /** Null leaves it to the server. */
  readonly tier: ServiceTier | null;
  /** Targets tighter than the tier's; null for none. */
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  /** How long the client will wait for the end, milliseconds from arrival; null for as long as it takes. */
  readonly timeoutMs: number | null;
}

/** When a request is given up, milliseconds from its arrival; null for never. */
export interface Deadlines {
  /** To get a slot. */
  readonly queueMs: number | null;
  /** To its first token. */
  readonly firstTokenMs: number | null;
  /** To its end. */
  readonly totalMs: number | null;
}

/** Owner of all requests of a server without keys. */
export const NO_OWNER = '';

/** Terms of a request of one's own: no target to miss, no deadline, nobody to share with. */
export const WITHOUT_TARGETS = {
  level: {
    tier: 'default',
    ttftMs: Number.POSITIVE_INFINITY,
    tpotMs: Number.POSITIVE_INFINITY,
    weight: 1,
  },
  deadlines: { queueMs: null, firstTokenMs: null, totalMs: null },
  owner: NO_OWNER,
} as const satisfies { level: ServiceLevel; deadlines: Deadlines; owner: string };
