// @ts-check
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes `NAME.tokens` (u16, little endian) and `NAME.mask` (u8), as the trainer reads them. */
export class ShardWriter {
  #tokens;
  #mask;
  written = 0;

  /** @param {import('node:fs/promises').FileHandle} tokens @param {import('node:fs/promises').FileHandle} mask */
  constructor(tokens, mask) {
    this.#tokens = tokens;
    this.#mask = mask;
  }

  /** @param {string} folder @param {string} name */
  static async create(folder, name) {
    return new ShardWriter(
      await open(join(folder, `${name}.tokens`), 'w'),
      await open(join(folder, `${name}.mask`), 'w'),
    );
  }

  /** @param {import('./document.mjs').Document} document */
  async write({ tokens, mask }) {
    await this.#tokens.write(Uint8Array.from(tokens.flatMap((id) => [id & 255, id >> 8])));
    await this.#mask.write(Uint8Array.from(mask));
    this.written += tokens.length;
  }

  async close() {
    await Promise.all([this.#tokens.close(), this.#mask.close()]);
  }
}
