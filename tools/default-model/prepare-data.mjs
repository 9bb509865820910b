// @ts-check
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readPassages } from './packing/books.mjs';
import { conversationDocument, textDocument } from './packing/document.mjs';
import { WindowFiller } from './packing/fill-windows.mjs';
import { MIX, Mixer } from './packing/mix.mjs';
import { ShardWriter } from './packing/shard-writer.mjs';
import { Sources } from './packing/sources.mjs';
import { makeTokenizer } from './tokenizer/make-tokenizer.mjs';
import { TextEncoder } from './tokenizer/text-encoder.mjs';
import { END_OF_TEXT } from './tokenizer/tokenizer-files.mjs';

// Makes what the default model learns from: its tokenizer and the packed tokens of a recipe.

const USAGE = `Makes the data of the default model: its tokenizer, training tokens, held-out tokens.

npm run model:data -- --books FOLDER --out FOLDER [--recipe FILE] [--seed 1]

  --books   the public-domain books that books.json lists, as UTF-8 text
  --out     gets the tokenizer's files, train-*, held-out-* and data.json
  --recipe  of the trainer (default: the default model's)
`;
const RECIPE = new URL('recipe.json', import.meta.url);
const BOOKS = new URL('books.json', import.meta.url);

/** From this share of the stream on, only answers of conversations are learned. */
const ANSWERS_FROM = 0.5;
const HELD_OUT_WINDOWS = 96;
const TOLD_EVERY = 1_000_000;
/** Samples in a row that are too long for a window. */
const PATIENCE = 10_000;

/**
 * @param {{ phases: { sequences: number, length: number, steps: number }[], architecture: { vocabSize: number, contextLength: number } }} recipe
 * @param {{ training: { file: string }[], heldOut: { file: string }[] }} books
 * @param {{ books: string, out: string, seed: number }} options
 */
async function prepare({ phases, architecture }, books, { books: folder, out, seed }) {
  await mkdir(out, { recursive: true });
  /** @param {{ file: string }[]} list */
  const passages = (list) =>
    readPassages(
      folder,
      list.map(({ file }) => file),
      seed,
    );
  const training = await passages(books.training);
  const files = makeTokenizer(new Sources(training, seed, 'train'), architecture);
  for (const [name, content] of Object.entries(files))
    await writeFile(join(out, name), `${JSON.stringify(content, null, name === 'tokenizer.json' ? 0 : 2)}\n`);
  process.stdout.write(`tokenizer: ${Object.keys(files['tokenizer.json'].model.vocab).length} tokens\n`);
  const encoder = new TextEncoder(files);
  const sources = new Sources(training, seed, 'train');
  const total = phases.reduce((sum, { sequences, length, steps }) => sum + sequences * length * steps, 0);
  let before = 0;
  for (const [i, { sequences, length, steps }] of phases.entries()) {
    const shard = await ShardWriter.create(out, `train-${i}`);
    await pack(encoder, sources, shard, {
      length,
      windows: sequences * steps,
      answersOnly: (written) => (before + written) / total >= ANSWERS_FROM,
    });
    await shard.close();
    before += shard.written;
  }
  const length = phases[0]?.length ?? architecture.contextLength;
  const shard = await ShardWriter.create(out, 'held-out-0');
  const unseen = new Sources(await passages(books.heldOut), seed, 'test');
  await pack(encoder, unseen, shard, { length, windows: HELD_OUT_WINDOWS, answersOnly: () => true });
  await shard.close();
  const report = { seed, trainTokens: before, heldOutTokens: shard.written, samples: sources.counts };
  await writeFile(join(out, 'data.json'), `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

/**
 * Writes `windows` full windows. Samples that are longer than one are passed over.
 *
 * @param {TextEncoder} encoder
 * @param {Sources} sources
 * @param {ShardWriter} shard
 * @param {{ length: number, windows: number, answersOnly: (written: number) => boolean }} options
 */
async function pack(encoder, sources, shard, { length, windows, answersOnly }) {
  const mixer = new Mixer(MIX);
  const filler = new WindowFiller(length, encoder.idOf(END_OF_TEXT));
  let told = 0;
  let passedOver = 0;
  while (shard.written < windows * length) {
    const name = mixer.next();
    const sample = sources.next(name);
    const document =
      'text' in sample
        ? textDocument(encoder, sample.text)
        : conversationDocument(encoder, sample.messages, answersOnly(shard.written));
    if (document.tokens.length > length) {
      if (++passedOver > PATIENCE)
        throw new Error(`--recipe: next to nothing of '${name}' fits ${length} tokens`);
      continue;
    }
    passedOver = 0;
    mixer.given(name, document.tokens.length);
    const window = filler.add(document);
    if (window !== null) await shard.write(window);
    if (shard.written - told < TOLD_EVERY) continue;
    told = shard.written;
    process.stdout.write(`${(told / 1e6).toFixed(0)} of ${((windows * length) / 1e6).toFixed(1)} M tokens\n`);
  }
}

try {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    options: { books: text, out: text, recipe: text, seed: text, help: { type: 'boolean' } },
  });
  if (values.help) process.stdout.write(USAGE);
  else if (!values.books || !values.out) throw new Error(`--books and --out are needed\n\n${USAGE}`);
  else {
    const recipe = JSON.parse(await readFile(values.recipe ?? RECIPE, 'utf8'));
    const books = JSON.parse(await readFile(BOOKS, 'utf8'));
    const seed = Number(values.seed ?? 1);
    await prepare(recipe, books, { books: values.books, out: values.out, seed });
  }
} catch (error) {
  process.stderr.write(`data: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
