import { readFile } from 'node:fs/promises';
import { loadTokenizer } from '../../engine/index.ts';

/** Distance between where the texts of two requests begin: prime, so that few begin alike. */
const STRIDE = 7919;

/** Prompts cut from a text, as ids: each of exactly the length asked for. */
export async function promptSource(
  artefact: string,
  files: readonly string[],
): Promise<(index: number, tokens: number) => readonly number[]> {
  const tokenizer = await loadTokenizer(artefact, 'invalid_artefact');
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const ids = tokenizer.encode(texts.join('\n'), { addSpecialTokens: false });
  return (index, tokens) => {
    const start = (index * STRIDE) % ids.length;
    return Array.from({ length: tokens }, (_, i) => ids[(start + i) % ids.length] ?? 0);
  };
}
