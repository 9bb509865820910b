// @ts-check
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../language/random.mjs';

/** Characters of a passage; it ends with the paragraph that reaches them. */
const PASSAGE = 1400;

/**
 * Passages of books in random order of the books' own passages. A book is UTF-8 text with paragraphs between
 * empty lines; headings, verses and other short lines alone are left out.
 *
 * @param {string} folder
 * @param {readonly string[]} files
 * @param {number} seed
 * @returns {Promise<string[]>}
 */
export async function readPassages(folder, files, seed) {
  const passages = (await Promise.all(files.map((file) => readBook(folder, file)))).flatMap(passagesOf);
  return new Random('passages', seed).sample(passages);
}

/** @param {string} folder @param {string} file */
async function readBook(folder, file) {
  const path = join(folder, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new Error(`--books: ${path} cannot be read (${code}). README.md here says where the books are.`);
  }
}

/** @param {string} book @returns {string[]} */
export function passagesOf(book) {
  const passages = [];
  let passage = '';
  for (const paragraph of paragraphsOf(book)) {
    passage += (passage === '' ? '' : '\n\n') + paragraph;
    if (passage.length < PASSAGE) continue;
    passages.push(passage);
    passage = '';
  }
  return passages;
}

/** @param {string} book @returns {string[]} */
export function paragraphsOf(book) {
  return plainText(book)
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter(
      (text) => text.length < PASSAGE && /[a-z].*[.!?]["']?$/.test(text) && !/\[|\]|\||https?:/.test(text),
    );
}

/** Plain quotes, dashes and letters, no marks of emphasis. @param {string} book */
function plainText(book) {
  return book
    .replace(/^\ufeff/, '')
    .replace(/\r/g, '')
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/—|--+/g, ' - ')
    .replace(/[_*=+]/g, '')
    .normalize('NFC');
}
