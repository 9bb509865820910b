// @ts-check
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
 * Word lists of a data file: each is an array of lines of words separated by commas. Throws on a list that the
 * file lacks.
 *
 * @template {string} Name
 * @param {string} file
 * @param {...Name} names
 * @returns {Record<Name, string[]>}
 */
export function readWordLists(file, ...names) {
  const data = readData(file);
  const lists = names.map((name) => {
    /** @type {string[] | undefined} */
    const lines = data[name];
    if (lines === undefined) throw new Error(`data/${file}.json has no list '${name}'`);
    return [name, lines.flatMap((line) => line.split(',').map((word) => word.trim()))];
  });
  return Object.fromEntries(lists);
}

/** Names of the files of a folder within `data`, sorted. @param {string} folder */
export function dataNames(folder) {
  return readdirSync(new URL(`${folder}/`, FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map((file) => `${folder}/${file.slice(0, -'.json'.length)}`)
    .sort();
}
