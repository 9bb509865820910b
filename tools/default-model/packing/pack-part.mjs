// @ts-check
import { END_OF_TEXT } from '../tokenizer/tokenizer-files.mjs';
import { conversationDocument, textDocument } from './document.mjs';
import { WindowFiller } from './fill-windows.mjs';
import { MIX, Mixer } from './mix.mjs';
import { ShardWriter } from './shard-writer.mjs';

/** Samples in a row that are too long for a window. */
const PATIENCE = 10_000;

/**
 * Writes full windows into `out`: files appear under their names when they are complete. Samples that are longer
 * than a window are passed over; throws Error when next to all of a source are.
 *
 * @param {import('../tokenizer/text-encoder.mjs').TextEncoder} encoder
 * @param {import('./sources.mjs').Sources} sources
 * @param {string} out
 * @param {{ name: string, length: number, windows: number, answersOnly: (written: number) => boolean }} part
 * @returns {Promise<number>} tokens
 */
export async function packPart(encoder, sources, out, { name, length, windows, answersOnly }) {
  const shard = await ShardWriter.create(out, name);
  const mixer = new Mixer(MIX);
  const filler = new WindowFiller(length, encoder.idOf(END_OF_TEXT));
  let passedOver = 0;
  while (shard.written < windows * length) {
    const source = mixer.next();
    const sample = sources.next(source);
    const document =
      'text' in sample
        ? textDocument(encoder, sample.text)
        : conversationDocument(encoder, sample.messages, answersOnly(shard.written));
    if (document.tokens.length > length) {
      if (++passedOver > PATIENCE)
        throw new Error(`--recipe: next to nothing of '${source}' fits ${length} tokens`);
      continue;
    }
    passedOver = 0;
    mixer.given(source, document.tokens.length);
    const window = filler.add(document);
    if (window !== null) await shard.write(window);
  }
  await shard.close();
  return shard.written;
}
