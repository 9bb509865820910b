import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fusedMatrices, type ModelArchitecture } from '../../core/index.ts';
import { writeCheckpoint } from '../../engine/index.ts';
import { randomBytes } from '../engine/random-bytes.ts';
import { writeInventedTokenizer } from '../gateway/invented-tokenizer.ts';

/**
 * Writes a Hugging Face folder of random weights and an invented vocabulary, and a text of random letters that it
 * can read: time and memory of a calibration do not depend on what either says.
 *
 * @returns the text's path
 */
export async function writeRandomCheckpoint(
  directory: string,
  architecture: ModelArchitecture,
  textBytes: number,
): Promise<string> {
  const widths = new Map(fusedMatrices(architecture).map(({ name, n, k }) => [name, { n, k }]));
  const { vocabSize, hiddenSize } = architecture;
  await writeCheckpoint(directory, architecture, (name) => {
    if (name === 'embedding') return spread(name, vocabSize * hiddenSize, 0.05);
    const matrix = widths.get(name);
    if (matrix) return spread(name, matrix.n * matrix.k, 1 / Math.sqrt(matrix.k));
    return new Float32Array(hiddenSize).fill(1);
  });
  await writeInventedTokenizer(directory, vocabSize);
  const text = join(directory, 'text.txt');
  const letters = randomBytes('text', textBytes).map((byte) => (byte % 8 === 7 ? 0x20 : 0x61 + (byte % 26)));
  await writeFile(text, letters);
  return text;
}

/** Sums of four uniform numbers, near enough to normal ones of the given deviation. */
function spread(key: string, count: number, deviation: number): Float32Array {
  const bytes = randomBytes(key, 4 * count);
  // One byte has the variance (256² − 1)/12.
  const unit = deviation / Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  const byte = (i: number) => bytes[i] ?? 0;
  return Float32Array.from(
    { length: count },
    (_, i) => unit * (byte(4 * i) + byte(4 * i + 1) + byte(4 * i + 2) + byte(4 * i + 3) - 510),
  );
}
