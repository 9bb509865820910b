import { createHash, randomBytes } from 'node:crypto';

/** So that scanners of repositories and logs know one when they see one. */
const PREFIX = 'quept_';
const RANDOM_BYTES = 32;
/** Fewer characters than this could be guessed from a stolen hash, whatever they are. */
export const SHORTEST_SECRET = 32;

/** A new key: 256 random bits, as a word that needs no quoting. */
export function createSecret(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

/**
 * What is stored of a key. One fast hash is enough: slow ones protect words that people choose, and nobody tries 2²⁵⁶
 * keys however fast each try is, while every request pays for one.
 */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** A digest as it stands in a keys file: `sha256:` and 64 hexadecimal digits. */
export function formatHash(digest: Buffer): string {
  return `sha256:${digest.toString('hex')}`;
}
