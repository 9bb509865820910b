import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../data/', import.meta.url);

/**
 * A data file. Typographic quotes in it are there for the writer's comfort; texts get the plain ones.
 *
 * @param {string} name path within `data`, without `.json`
 */
export function readData(name) {
  const text = readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');
  return JSON.parse(text.replace(/[“”]/g, '\\"').replace(/[‘’]/g, "'"));
}

/**
 * The word lists of a data file: each is an array of lines of words separated by commas.
 *
 * @param {string} name
 * @returns {Record<string, string[]>}
 */
export function readWordLists(name) {
  /** @type {[string, string[]][]} */
  const lists = Object.entries(readData(name));
  return Object.fromEntries(
    lists.map(([key, lines]) => [key, lines.flatMap((line) => line.split(',').map((word) => word.trim()))]),
  );
}

/** Names of the files of a folder within `data`, sorted. @param {string} folder */
export function dataNames(folder) {
  return readdirSync(new URL(`${folder}/`, FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map((file) => `${folder}/${file.slice(0, -'.json'.length)}`)
    .sort();
}
