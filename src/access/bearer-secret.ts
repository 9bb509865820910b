/** Longer ones are no keys, and need not be hashed to know that. */
const LONGEST_SECRET = 512;

/** The key in an `authorization` header; null when there is none. */
export function bearerSecret(authorization: string | null): string | null {
  const secret = /^\s*Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1];
  return secret === undefined || secret.length > LONGEST_SECRET ? null : secret;
}
