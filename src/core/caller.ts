import type { GenerateRequest } from './generation.ts';
import type { Generation, ServedModel } from './inference-service.ts';

/** What a call brings along to say whose it is. */
export interface Credentials {
  /** The `authorization` header or metadata as it came; null for none. */
  readonly authorization: string | null;
  /** SHA-256 fingerprint of the client's certificate, where TLS has verified one; null for none. */
  readonly clientCertificate: string | null;
}

/** What a key may be used for: `/v1` and its like, `/metrics`, the admin port. */
export const KEY_SCOPES = ['inference', 'metrics', 'admin'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** One limit as a client is told of it. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Until all of `limit` is there again if nothing more is used. */
  readonly resetMs: number;
}

/** Limits per minute of one caller; null where there is none. */
export interface RateLimits {
  readonly requests: Allowance | null;
  readonly tokens: Allowance | null;
}

/** A call that its caller's limits admit; what it may use is reserved. */
export interface Permit {
  /** The requests of the call, each within the tiers and the precision of its caller. */
  readonly requests: readonly GenerateRequest[];
  /**
   * To be called once, as soon as it is known which generations there are: when all `generations` have ended, what was
   * reserved is replaced by what they used. With a `refusal` by the server (5xx) the call does not count as one. Never
   * throws.
   */
  settle(generations: readonly Generation[], refusal: unknown): void;
}

/** Whose call it is, and what it may do. Made anew for every call. */
export interface Caller {
  /**
   * The scheduler is fair between owners, prompts are shared within one, and an owner sees the decisions on its own
   * requests only. What a client says of itself (`user`, say) is no owner: it would buy a share by making up names.
   */
  readonly owner: string;
  /** Name of the key for logs and metrics, never the key; null where there are no keys. */
  readonly keyId: string | null;
  /** As `admit` found or left them; null before it, and where there are no limits. */
  readonly limits: RateLimits | null;
  /**
   * Reserves one request, and the estimated tokens and the concurrency of `requests`; a call that generates nothing
   * has none of them.
   *
   * Rejects with QueptError: permission_denied (param `service_tier` or `precision`), rate_limit_exceeded,
   * insufficient_quota where waiting does not help.
   */
  admit(requests: readonly GenerateRequest[], model: ServedModel): Promise<Permit>;
}

/**
 * Tells whose a call is. Every transport asks it before it reads the request, except where no key is needed.
 *
 * Rejects with QueptError: invalid_api_key for none, a wrong or an expired one; permission_denied for one that is not
 * for `scope`, which is `inference` unless given.
 */
export type Authenticate = (credentials: Credentials, scope?: KeyScope) => Promise<Caller>;
