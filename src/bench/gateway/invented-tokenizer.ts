import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Byte tokens of the invented vocabulary follow unknown, beginning and end. */
const FIRST_BYTE = 3;

/** Writes a tokenizer.json whose ids are three special tokens, the bytes, and `t259`, `t260`, …; returns its path. */
export async function writeInventedTokenizer(folder: string, vocabSize: number): Promise<string> {
  const byteToken = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  const names = Array.from({ length: vocabSize }, (_, id) =>
    id < FIRST_BYTE
      ? (['<unk>', '<s>', '</s>'][id] ?? '')
      : id < FIRST_BYTE + 256
        ? byteToken(id - FIRST_BYTE)
        : ` t${id}`,
  );
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: true,
      fuse_unk: false,
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges: [],
    },
  };
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'tokenizer.json');
  await writeFile(path, JSON.stringify(tokenizer));
  return path;
}
