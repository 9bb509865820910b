import { createHash } from 'node:crypto';
import { QueptError } from '../core/index.ts';

/** A script and the name under which Redis remembers it. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

export function redisScript(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

const CONNECT_TIMEOUT_MS = 2_000;
const LONGEST_PAUSE_MS = 1_000;
const WAITING_PIECES = 10;

/** What is used of the client: its own type depends on how it was made. */
interface ScriptClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  evalSha(sha1: string, options: ScriptOptions): Promise<unknown>;
  eval(text: string, options: ScriptOptions): Promise<unknown>;
  close(): Promise<void>;
  destroy(): void;
}

interface ScriptOptions {
  keys: string[];
  arguments: string[];
}

/** A connection that restores itself, on which scripts are run. */
export class RedisConnection {
  /** Host and port, for logs; the URL may hold a password. */
  readonly address: string;
  readonly #client: ScriptClient;
  readonly #timeoutMs: number;
  /** Why the connection was last lost, or not made. */
  #lastFault: string | null = null;

  private constructor(client: ScriptClient, address: string, timeoutMs: number) {
    this.#client = client;
    this.address = address;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Connects to `redis://`, `rediss://`, `valkey://` or `valkeys://`. Where that does not succeed at once it resolves
   * all the same, and goes on trying.
   *
   * Rejects with QueptError `invalid_config` for what is no such URL.
   *
   * @param timeoutMs how long a script may take before it counts as failed, and the first connection is waited for
   */
  static async open(url: string, timeoutMs: number): Promise<RedisConnection> {
    const parsed = parseRedisUrl(url);
    // A large package, for those who name a Redis only.
    const { createClient } = await import('@redis/client');
    const client = createClient({
      url: parsed.href,
      RESP: 2,
      // A command is for now: whoever waits for it decides what to do without.
      disableOfflineQueue: true,
      disableClientInfo: true,
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: (retries) => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(retries, 10)),
      },
    });
    const connection = new RedisConnection(client, parsed.host, timeoutMs);
    // An event without a listener would end the process. Commands that find no connection do not know why there is none.
    client.on('error', (error: unknown) => {
      connection.#lastFault = faultOf(error);
    });
    await inTime(client.connect(), timeoutMs).catch(() => {});
    return connection;
  }

  /** Rejects when there is no connection, or no answer in time. */
  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const options = { keys: [...keys], arguments: args.map(String) };
    const sent = this.#client.evalSha(script.sha1, options).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return this.#client.eval(script.text, options);
    });
    try {
      return await inTime(sent, this.#timeoutMs);
    } catch (error) {
      if (this.#client.isReady) throw error;
      throw new Error(`no connection (${this.#lastFault ?? 'no answer'})`, { cause: error });
    }
  }

  /** Lets what has been sent be answered, within the time that scripts have. */
  async close(): Promise<void> {
    if (!this.#client.isOpen) return;
    await inTime(this.#client.close(), this.#timeoutMs).catch(() => this.#client.destroy());
  }
}

/** Throws QueptError `invalid_config` for what is no URL of a Redis. It is not told: it may hold a password. */
export function parseRedisUrl(text: string): URL {
  const href = text.replace(/^valkey(s?):/i, 'redis$1:');
  const url = URL.canParse(href) ? new URL(href) : null;
  if (url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw new QueptError(
    'invalid_config',
    'redisUrl: must be a URL such as redis://user:password@host:6379 (rediss:// with TLS; valkey:// is the same)',
  );
}

function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, the errors of all are in one without a message.
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error ? first.message : error.message;
}

/**
 * The promise's value, unless it takes longer than `ms`. Waits in short pieces, so that a time in which this process
 * itself was busy counts as one piece: otherwise a burst of requests would look like a Redis that is away.
 */
function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let pieces = WAITING_PIECES;
    const wait = (): NodeJS.Timeout => setTimeout(elapse, ms / WAITING_PIECES);
    const elapse = (): void => {
      pieces--;
      if (pieces === 0) reject(new Error(`no answer within ${ms} ms`));
      else timer = wait();
    };
    let timer = wait();
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
