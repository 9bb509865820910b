import { createSecret, digestOf, formatHash, type KeyLimits } from '../../src/access/index.ts';

export const NO_LIMITS: KeyLimits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  tokensPerDay: null,
  concurrency: null,
};

/** A new key and its entry for a keys file. */
export function newKey<Fields extends object>(id: string, fields: Fields) {
  const secret = createSecret();
  return { secret, entry: { id, hash: formatHash(digestOf(secret)), ...fields } };
}

/** The header by which a client sends a key. */
export function withKey(secret: string): { authorization: string } {
  return { authorization: `Bearer ${secret}` };
}
