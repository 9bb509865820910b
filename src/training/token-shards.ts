import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { QueptError } from '../core/index.ts';

/** Ids and loss weights of one stretch of the stream. */
export interface TokenStretch {
  readonly tokens: Uint16Array;
  /** 1 where the token is to be learned, 0 where it is only read. */
  readonly mask: Uint8Array;
}

interface Shard {
  readonly tokens: FileHandle;
  readonly mask: FileHandle;
  /** Tokens. */
  readonly length: number;
}

/** A long stream of tokens that lies in files `NAME.tokens` (u16, little endian) and `NAME.mask` (u8). */
export class TokenShards {
  /** Tokens in all. */
  readonly length: number;
  readonly #shards: readonly Shard[];

  private constructor(shards: readonly Shard[]) {
    this.#shards = shards;
    this.length = shards.reduce((sum, shard) => sum + shard.length, 0);
  }

  /**
   * Opens the shards of `directory` whose names begin with `prefix`, in the order of their names.
   * Throws QueptError `invalid_usage` when there is none, or one without its mask.
   */
  static async open(directory: string, prefix: string): Promise<TokenShards> {
    const names = (await readdir(directory).catch(() => []))
      .filter((name) => name.startsWith(prefix) && name.endsWith('.tokens'))
      .sort();
    if (names.length === 0) throw usage(`${directory} holds no ${prefix}*.tokens. Pack some first.`);
    const shards: Shard[] = [];
    for (const name of names) {
      const path = join(directory, name);
      const tokens = await open(path);
      const mask = await open(path.replace(/\.tokens$/, '.mask')).catch(() => null);
      const length = (await tokens.stat()).size / 2;
      if (mask === null || (await mask.stat()).size !== length)
        throw usage(`${path} has no mask of its length`);
      shards.push({ tokens, mask, length });
    }
    return new TokenShards(shards);
  }

  /** `count` tokens from `start` on, around the end to the beginning where need be; newly allocated. */
  async read(start: number, count: number): Promise<TokenStretch> {
    const tokens = new Uint16Array(count);
    const mask = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const { shard, from } = this.#locate((start + done) % this.length);
      const size = Math.min(count - done, shard.length - from);
      await shard.tokens.read(tokens, 2 * done, 2 * size, 2 * from);
      await shard.mask.read(mask, done, size, from);
      done += size;
    }
    return { tokens, mask };
  }

  async close(): Promise<void> {
    await Promise.all(this.#shards.flatMap(({ tokens, mask }) => [tokens.close(), mask.close()]));
  }

  #locate(position: number): { shard: Shard; from: number } {
    let from = position;
    for (const shard of this.#shards) {
      if (from < shard.length) return { shard, from };
      from -= shard.length;
    }
    throw new RangeError(`position ${position} of ${this.length}`);
  }
}

function usage(text: string): QueptError {
  return new QueptError('invalid_usage', text);
}
