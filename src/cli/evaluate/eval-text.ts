import { readFile } from 'node:fs/promises';
import { tokenWindows } from '../../calibration/index.ts';
import { QueptError } from '../../core/index.ts';
import type { Tokenizer } from '../../engine/index.ts';

/** Which text to judge on. */
export interface EvalText {
  /** Path of a UTF-8 file. */
  readonly data: string;
  /** How much of it is read at most. */
  readonly bytes: number;
  /** Longest context to judge at, tokens. */
  readonly window: number;
}

/** Throws QueptError `invalid_usage` when the file cannot be read or holds no text. */
export async function readEvalText({ data: path, bytes }: EvalText): Promise<string> {
  let data: Buffer;
  try {
    data = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new QueptError('invalid_usage', `--data: ${path} cannot be read (${code}).`, { cause: error });
  }
  const text = data.subarray(0, bytes).toString('utf8');
  if (text.trim() === '') throw new QueptError('invalid_usage', `--data: ${path} holds no text.`);
  return text;
}

/** Throws QueptError `invalid_usage` when there is nothing to predict. */
export function cutEvalText(
  tokenizer: Tokenizer,
  contextLength: number,
  text: string,
  { data, window }: EvalText,
): Int32Array[] {
  const tokens = tokenizer.encode(text, { addSpecialTokens: false });
  const bos = tokenizer.encode('', { addSpecialTokens: true })[0] ?? null;
  const windows = tokenWindows(tokens, Math.min(window, contextLength), bos);
  if (windows.length > 0) return windows;
  throw new QueptError('invalid_usage', `--data: ${data} is too short: it holds ${tokens.length} tokens.`);
}
