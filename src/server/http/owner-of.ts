import type { Context } from 'hono';
import { NO_OWNER } from '../../core/index.ts';
import type { HttpEnv } from './http-env.ts';

/**
 * Whose request this is: the scheduler is fair between owners, and an owner sees the decisions on its own requests
 * only. This is where the id of an API key goes once there are keys; until then everyone is the same owner. What a
 * client says of itself (`user`, say) is no owner: it would buy a share by making up names.
 */
export function ownerOf(_context: Context<HttpEnv>): string {
  return NO_OWNER;
}
