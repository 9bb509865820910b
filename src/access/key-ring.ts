import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from './api-key.ts';
import { digestOf } from './key-secret.ts';

interface Opened {
  readonly digest: Buffer;
  readonly key: ApiKey;
}

/**
 * A set of keys, to be found by their secrets. Neither finding one nor failing takes a time that says anything about
 * the secrets: the index is by a hash under a secret that this object draws for itself, so nobody can tell which of
 * their guesses lie near an entry, and digests are compared whole.
 */
export class KeyRing {
  readonly keys: readonly ApiKey[];
  readonly #indexSecret = randomBytes(32);
  readonly #opened = new Map<string, Opened>();
  /** Compared with where there is no entry. */
  readonly #nobody = randomBytes(32);

  constructor(keys: readonly ApiKey[]) {
    this.keys = keys;
    for (const key of keys) {
      for (const digest of key.digests) this.#opened.set(this.#indexOf(digest), { digest, key });
    }
  }

  /** The key that `secret` opens, expired ones too; null for none. */
  find(secret: string): ApiKey | null {
    const digest = digestOf(secret);
    const opened = this.#opened.get(this.#indexOf(digest));
    const equal = timingSafeEqual(digest, opened?.digest ?? this.#nobody);
    return equal && opened !== undefined ? opened.key : null;
  }

  #indexOf(digest: Buffer): string {
    return createHmac('sha256', this.#indexSecret).update(digest).digest('base64');
  }
}
