// @ts-check
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readPassages } from './packing/books.mjs';
import { MIX, Mixer } from './packing/mix.mjs';
import { Sources } from './packing/sources.mjs';
import { END_OF_TEXT, TURN_END, TURN_START } from './tokenizer/tokenizer-files.mjs';

// Makes the text that the default model is calibrated on: what it was trained on, as it reads it.

const USAGE = `Writes a text like the default model's training data, for quept calibrate --data.

npm run model:text -- --books FOLDER --out FILE [--characters 2500000] [--seed 1]

  --books  the public-domain books that books.json lists, as UTF-8 text
`;
const BOOKS = new URL('books.json', import.meta.url);
/** Index of the first sample of each source: beyond those of training. */
const START = 900_000_000;

/** @param {import('./packing/sources.mjs').Sample} sample */
function asRead(sample) {
  if ('text' in sample) return sample.text + END_OF_TEXT;
  const turns = sample.messages.map(({ role, content }) => `${TURN_START}${role}\n${content}${TURN_END}`);
  return turns.join('\n') + END_OF_TEXT;
}

try {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    options: { books: text, out: text, characters: text, seed: text, help: { type: 'boolean' } },
  });
  if (values.help) process.stdout.write(USAGE);
  else if (!values.books || !values.out) throw new Error(`--books and --out are needed\n\n${USAGE}`);
  else {
    const seed = Number(values.seed ?? 1);
    const characters = Number(values.characters ?? 2_500_000);
    /** @type {{ training: { file: string }[] }} */
    const { training } = JSON.parse(await readFile(BOOKS, 'utf8'));
    const files = training.map(({ file }) => file);
    const sources = new Sources(await readPassages(values.books, files, seed), seed, 'train', START);
    const mixer = new Mixer(MIX);
    let written = '';
    while (written.length < characters) {
      const source = mixer.next();
      const piece = asRead(sources.next(source));
      mixer.given(source, piece.length);
      written += piece;
    }
    await writeFile(values.out, written);
    process.stdout.write(`${written.length} characters in ${values.out}\n`);
  }
} catch (error) {
  process.stderr.write(`text: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
