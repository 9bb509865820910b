import { type Authenticate, type Caller, NO_OWNER } from '../core/index.ts';

/**
 * For a server without API keys: whoever reaches it may use it. Callers with certificates are told apart by them, all
 * others are one.
 */
export const openAccess: Authenticate = async ({ clientCertificate }): Promise<Caller> => ({
  owner: clientCertificate === null ? NO_OWNER : `certificate:${clientCertificate}`,
  keyId: null,
  limits: null,
  admit: async (requests) => ({ requests, settle: () => {} }),
});
