// @ts-check
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/**
 * Writes `NAME.tokens` (u16, little endian) and `NAME.mask` (u8), as the trainer reads them. They have these names
 * once they are complete, the mask first.
 */
export class ShardWriter {
  #path;
  #tokens;
  #mask;
  written = 0;

  /** @param {string} path without an ending */
  constructor(path) {
    this.#path = path;
    this.#tokens = createWriteStream(partial(`${path}.tokens`));
    this.#mask = createWriteStream(partial(`${path}.mask`));
  }

  /** @param {string} folder @param {string} name */
  static create(folder, name) {
    return new ShardWriter(join(folder, name));
  }

  /** @param {import('./document.mjs').Document} document */
  async write({ tokens, mask }) {
    const { buffer } = Uint16Array.from(tokens);
    await Promise.all([
      write(this.#tokens, new Uint8Array(buffer)),
      write(this.#mask, Uint8Array.from(mask)),
    ]);
    this.written += tokens.length;
  }

  async close() {
    for (const [ending, stream] of /** @type {const} */ ([
      ['mask', this.#mask],
      ['tokens', this.#tokens],
    ])) {
      stream.end();
      await finished(stream);
      const path = `${this.#path}.${ending}`;
      await rename(partial(path), path);
    }
  }
}

/** @param {string} path */
function partial(path) {
  return `${path}.partial`;
}

/** @param {import('node:fs').WriteStream} stream @param {Uint8Array} bytes @returns {Promise<void>} */
function write(stream, bytes) {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
