import { type Authenticate, NO_OWNER } from '../core/index.ts';
import { openCaller } from './open-caller.ts';

/**
 * For a server without API keys: whoever reaches it may use it. Callers with certificates are told apart by them, all
 * others are one.
 */
export const openAccess: Authenticate = async ({ clientCertificate }) =>
  openCaller(clientCertificate === null ? NO_OWNER : `certificate:${clientCertificate}`);
