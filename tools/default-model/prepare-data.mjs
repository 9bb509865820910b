// @ts-check
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Piscina } from 'piscina';
import { readPassages } from './packing/books.mjs';
import { packPart } from './packing/pack-part.mjs';
import { planParts } from './packing/plan-parts.mjs';
import { Sources } from './packing/sources.mjs';
import { makeTokenizer } from './tokenizer/make-tokenizer.mjs';
import { readTokenizer } from './tokenizer/read-tokenizer.mjs';
import { TextEncoder } from './tokenizer/text-encoder.mjs';

// Makes what the default model learns from: its tokenizer and the packed tokens of a recipe.

const USAGE = `Makes the data of the default model: its tokenizer, training tokens, held-out tokens.

npm run model:data -- --books FOLDER --out FOLDER [--recipe FILE] [--tokenizer FOLDER] [--seed 1] [--jobs N]

  --books   the public-domain books that books.json lists, as UTF-8 text
  --out     gets the tokenizer's files, train-*, held-out-* and data.json
  --recipe  of the trainer (default: the default model's)
  --tokenizer  of a model that is to be trained further (default: learns one)
  --jobs    threads that pack (default: one per core)
`;
const RECIPE = new URL('recipe.json', import.meta.url);
const BOOKS = new URL('books.json', import.meta.url);

/** From this share of the stream on, only answers of conversations are learned, where the recipe does not say. */
const ANSWERS_FROM = 0.5;
const HELD_OUT_WINDOWS = 96;

/**
 * @param {{
 *   phases: { sequences: number, length: number, steps: number }[],
 *   architecture: { vocabSize: number, contextLength: number },
 *   answersFrom?: number,
 * }} recipe
 * @param {{ training: { file: string }[], heldOut: { file: string }[] }} books
 * @param {{ books: string, out: string, tokenizer: string | undefined, seed: number, jobs: number }} options
 */
async function prepare(recipe, books, { books: folder, out, tokenizer, seed, jobs }) {
  const { phases, architecture, answersFrom = ANSWERS_FROM } = recipe;
  await mkdir(out, { recursive: true });
  /** @param {{ file: string }[]} list */
  const passagesOf = (list) =>
    readPassages(
      folder,
      list.map(({ file }) => file),
      seed,
    );
  const passages = await passagesOf(books.training);
  const files = tokenizer
    ? await readTokenizer(tokenizer)
    : makeTokenizer(new Sources(passages, seed, 'train'), architecture);
  for (const [name, content] of Object.entries(files))
    await writeFile(join(out, name), `${JSON.stringify(content, null, name === 'tokenizer.json' ? 0 : 2)}\n`);
  process.stdout.write(`tokenizer: ${Object.keys(files['tokenizer.json'].model.vocab).length} tokens\n`);
  const unseen = new Sources(await passagesOf(books.heldOut), seed, 'test');
  const heldOutTokens = await packPart(new TextEncoder(files), unseen, out, {
    name: 'held-out-0',
    length: phases[0]?.length ?? architecture.contextLength,
    windows: HELD_OUT_WINDOWS,
    answersOnly: () => true,
  });
  const training = await packParts(planParts(phases), { files, passages, out, seed, answersFrom }, jobs);
  const report = { seed, heldOutTokens, ...training };
  await writeFile(join(out, 'data.json'), `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

/**
 * Packs the parts of a stream side by side. What comes out depends on the seed alone, not on `jobs`.
 *
 * @param {readonly import('./packing/plan-parts.mjs').Part[]} parts
 * @param {{ files: object, passages: string[], out: string, seed: number, answersFrom: number }} work `answersFrom`:
 *   the share of the stream from which on only answers of conversations are learned
 * @param {number} jobs
 */
async function packParts(parts, work, jobs) {
  const total = parts.reduce((sum, { windows, length }) => sum + windows * length, 0);
  const pool = new Piscina({
    filename: new URL('packing/part-worker.mjs', import.meta.url).href,
    workerData: { ...work, answersFrom: work.answersFrom * total },
    maxThreads: jobs,
  });
  let trainTokens = 0;
  /** @type {Record<string, number>} */
  const samples = {};
  await Promise.all(
    parts.map(async (part) => {
      /** @type {{ tokens: number, samples: Record<string, number> }} */
      const done = await pool.run(part);
      trainTokens += done.tokens;
      for (const [name, count] of Object.entries(done.samples)) samples[name] = (samples[name] ?? 0) + count;
      process.stdout.write(`${(trainTokens / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} M tokens\n`);
    }),
  );
  await pool.close();
  return { trainTokens, samples };
}

try {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    options: {
      books: text,
      out: text,
      recipe: text,
      tokenizer: text,
      seed: text,
      jobs: text,
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else if (!values.books || !values.out) throw new Error(`--books and --out are needed\n\n${USAGE}`);
  else {
    const recipe = JSON.parse(await readFile(values.recipe ?? RECIPE, 'utf8'));
    const books = JSON.parse(await readFile(BOOKS, 'utf8'));
    const seed = Number(values.seed ?? 1);
    const jobs = Number(values.jobs ?? availableParallelism());
    const { out, tokenizer } = values;
    await prepare(recipe, books, { books: values.books, out, tokenizer, seed, jobs });
  }
} catch (error) {
  process.stderr.write(`data: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
