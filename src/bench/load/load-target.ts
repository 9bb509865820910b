import { QueptError } from '../../core/index.ts';

/** A server that speaks the OpenAI API. */
export interface LoadTarget {
  /** What stands before `/v1`; ends with a slash. */
  readonly base: URL;
  /** Sent with every request; holds the key where there is one, so it is told nowhere. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the key came from, for messages; null for none. */
  readonly keySource: string | null;
}

/** An API key, and the option that brought it. */
export interface LoadKey {
  readonly secret: string;
  readonly source: string;
}

/**
 * `http://127.0.0.1:8080`, also with `/v1` behind it as clients of the API are told it.
 *
 * Throws QueptError `invalid_usage`.
 */
export function parseTarget(text: string, key: LoadKey | null): LoadTarget {
  const base = URL.canParse(text) ? new URL(text) : null;
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw usage(`'${text}' is no address. Give one like http://127.0.0.1:8080`);
  }
  if (base.username !== '' || base.password !== '') {
    throw usage('an address must not hold a name or a password. Give a key with --api-key-file');
  }
  if (base.search !== '' || base.hash !== '')
    throw usage(`leave out what follows the path in '${base.href}'`);
  base.pathname = `${base.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/`;
  return {
    base,
    headers: key === null ? {} : { authorization: `Bearer ${key.secret}` },
    keySource: key?.source ?? null,
  };
}

/** Of a path such as `/v1/models`. */
export function targetUrl({ base }: LoadTarget, path: string): URL {
  return new URL(path.replace(/^\//, ''), base);
}

function usage(message: string): QueptError {
  return new QueptError('invalid_usage', `--url: ${message}.`);
}
