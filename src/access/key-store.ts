import { readFileSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { QueptError } from '../core/index.ts';
import type { Logger } from '../observability/index.ts';
import { readKeyDocument } from './key-document.ts';
import { KeyRing } from './key-ring.ts';
import { parseKeys } from './parse-keys.ts';

export interface KeyOrigins {
  /** A keys file; null for none. */
  readonly path: string | null;
  /** Entries that come with the settings; null for none. */
  readonly entries: unknown;
}

export interface KeySources extends KeyOrigins {
  readonly logger: Logger;
}

/**
 * The keys that hold now. A file that changes is read again; one that is then at fault changes nothing, so that a slip
 * of the pen locks nobody out.
 */
export class KeyStore {
  readonly #sources: KeySources;
  #ring: KeyRing;
  #text: string;
  #stamp = '';
  #timer: NodeJS.Timeout | undefined;

  /** Throws QueptError `invalid_config` that lists every fault of the keys. */
  constructor(sources: KeySources) {
    this.#sources = sources;
    this.#text = readKeyFile(sources.path);
    this.#ring = keyRing(this.#text, sources);
  }

  get ring(): KeyRing {
    return this.#ring;
  }

  /**
   * Reads the file again.
   *
   * @returns whether it had changed
   * Throws like the constructor; the keys stay as they were then.
   */
  reload(): boolean {
    const text = readKeyFile(this.#sources.path);
    const ring = keyRing(text, this.#sources);
    const changed = text !== this.#text;
    this.#text = text;
    this.#ring = ring;
    return changed;
  }

  /** From now on looks every `everyMs` whether the file has changed. Polling sees replaced links and network disks too. */
  watch(everyMs: number): void {
    const { path } = this.#sources;
    if (path === null) return;
    const look = async (): Promise<void> => {
      await this.#look(path);
      if (this.#timer === undefined) return;
      this.#timer = setTimeout(look, everyMs);
      this.#timer.unref();
    };
    this.#timer = setTimeout(look, everyMs);
    this.#timer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(path: string): Promise<void> {
    const stamp = await stat(path).then(stampOf, () => 'gone');
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    const { logger } = this.#sources;
    try {
      if (this.reload()) logger.info({ keys: this.#ring.keys.length }, 'API keys loaded again');
    } catch (error) {
      const reason = error instanceof QueptError ? error.message : 'the file cannot be read';
      logger.error({ reason }, 'the changed keys file is at fault; the keys before it still hold');
    }
  }
}

/** Throws QueptError `invalid_config` that lists every fault of the keys, as a start would. */
export function checkKeySources(sources: KeyOrigins): void {
  keyRing(readKeyFile(sources.path), sources);
}

function readKeyFile(path: string | null): string {
  if (path === null) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new QueptError(
      'invalid_config',
      `keys: ${missing ? 'there is no file' : 'cannot read the file'} ${path}; 'quept keys create --add ${path}' makes one`,
      { cause },
    );
  }
}

function keyRing(text: string, { path, entries }: KeyOrigins): KeyRing {
  const fromFile = path === null ? [] : parseKeys(readKeyDocument(text, path).keys, path);
  const fromSettings = entries === null ? [] : parseKeys(entries, 'keyEntries');
  if (path !== null && entries !== null) requireDistinct(fromFile, fromSettings, path);
  return new KeyRing([...fromFile, ...fromSettings]);
}

function stampOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(' ');
}

function requireDistinct(
  some: readonly { id: string }[],
  others: readonly { id: string }[],
  path: string,
): void {
  const ids = new Set(some.map(({ id }) => id));
  const twice = others.find(({ id }) => ids.has(id));
  if (twice === undefined) return;
  throw new QueptError(
    'invalid_config',
    `keyEntries: the id '${twice.id}' is also in ${path}; ids must differ`,
  );
}
