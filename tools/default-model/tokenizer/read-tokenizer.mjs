// @ts-check
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files of a tokenizer that is already there, as `tokenizerFiles` gives them.
 *
 * @param {string} folder
 * @returns {Promise<ReturnType<typeof import('./tokenizer-files.mjs').tokenizerFiles>>}
 */
export async function readTokenizer(folder) {
  /** @param {string} file */
  const read = async (file) => {
    try {
      return JSON.parse(await readFile(join(folder, file), 'utf8'));
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      const problem = code === undefined ? 'is not valid JSON' : `cannot be read (${code})`;
      throw new Error(`--tokenizer: ${join(folder, file)} ${problem}.`);
    }
  };
  return {
    'tokenizer.json': await read('tokenizer.json'),
    'tokenizer_config.json': await read('tokenizer_config.json'),
    'generation_config.json': await read('generation_config.json'),
  };
}
