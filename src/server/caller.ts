import { NO_OWNER } from '../core/index.ts';

/** What a call brings along to say whose it is. */
export interface Credentials {
  /** The `authorization` header or metadata as it came; null for none. */
  readonly authorization: string | null;
  /** SHA-256 fingerprint of the client's certificate, where TLS has verified one; null for none. */
  readonly clientCertificate: string | null;
}

/** Whose call it is. */
export interface Caller {
  /**
   * The scheduler is fair between owners, prompts are shared within one, and an owner sees the decisions on its own
   * requests only. What a client says of itself (`user`, say) is no owner: it would buy a share by making up names.
   */
  readonly owner: string;
}

/**
 * Tells whose a call is. Every transport asks it before it looks at what the call wants, except where no key is needed.
 *
 * Rejects with QueptError, `invalid_api_key` say, when the call may not go on.
 */
export type Authenticate = (credentials: Credentials) => Promise<Caller>;

/**
 * For a server without API keys: whoever reaches it may use it. Callers with certificates are told apart by them,
 * all others are one.
 */
export const authenticateByCertificate: Authenticate = async ({ clientCertificate }) => ({
  owner: clientCertificate === null ? NO_OWNER : `certificate:${clientCertificate}`,
});
