import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { QueptError } from '../../core/index.ts';
import type { Tokenizer } from '../../engine/index.ts';

/** A text, its tokens, and what they are preceded by. */
export interface CalibrationText {
  readonly tokens: Int32Array;
  readonly bosToken: number | null;
  /** SHA-256 (hex) of the part that was read. */
  readonly sha256: string;
}

/** Share of the text that may be lost on the way to tokens and back. */
const MOST_LOST = 0.05;

/**
 * Reads at most `bytes` of a UTF-8 text and encodes it. Throws QueptError `invalid_usage` when it cannot be
 * read, holds no text, or is not what the tokenizer was made for: a model learns nothing from unknown tokens.
 */
export async function readCalibrationText(
  path: string,
  bytes: number,
  tokenizer: Tokenizer,
): Promise<CalibrationText> {
  const data = await readStart(path, bytes);
  const text = data.toString('utf8');
  if (text.trim() === '') throw new QueptError('invalid_usage', `--data: ${path} holds no text.`);
  if (text.includes('\0')) {
    throw new QueptError(
      'invalid_usage',
      `--data: ${path} holds bytes 0: it is not UTF-8 text. Give plain text.`,
    );
  }
  const tokens = tokenizer.encode(text, { addSpecialTokens: false });
  const kept = letters(tokenizer.decode(tokens)) + spelledOut(text, tokens, tokenizer);
  const wanted = text.replace(/\s/gu, '').length;
  if (kept < (1 - MOST_LOST) * wanted) {
    throw new QueptError(
      'invalid_usage',
      `--data: ${path} is not text that this model's tokenizer can encode: ${wanted - kept} of ${wanted} characters are lost. Give plain UTF-8 text of the kind the model was trained on.`,
    );
  }
  const bosToken = tokenizer.encode('', { addSpecialTokens: true })[0] ?? null;
  return { tokens, bosToken, sha256: createHash('sha256').update(data).digest('hex') };
}

/** Characters of special tokens that the text spells out, such as the marks around the turns of a conversation. */
function spelledOut(text: string, tokens: Int32Array, tokenizer: Tokenizer): number {
  const counts = new Map<number, number>();
  for (const id of tokens) {
    if (tokenizer.tokenBytes(id).length === 0) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  let sum = 0;
  for (const [id, count] of counts) {
    const name = tokenizer.tokenText(id);
    if (name !== '') sum += name.length * Math.min(count, text.split(name).length - 1);
  }
  return sum;
}

async function readStart(path: string, bytes: number): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(Math.min(bytes, (await file.stat()).size));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new QueptError('invalid_usage', `--data: ${path} cannot be read (${code}).`, { cause: error });
  }
}

/**
 * Characters that carry text: spaces may be normalised, and a replacement character stands for a loss, be it in
 * the tokenizer or in the file, which is not UTF-8 then.
 */
function letters(text: string): number {
  return text.replace(/[\s\ufffd]/gu, '').length;
}
