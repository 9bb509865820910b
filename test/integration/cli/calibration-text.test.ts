import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCalibrationText } from '../../../src/cli/calibrate/calibration-text.ts';
import { loadTokenizer, type Tokenizer } from '../../../src/engine/index.ts';
import { seededUniform } from '../../support/seeded-random.ts';
import { writeTinyTokenizer } from '../../support/tiny-tokenizer.ts';

let folder: string;
let tokenizer: Tokenizer;
/** As that of a model trained on other scripts: it has no bytes to fall back on. */
let lettersOnly: Tokenizer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-text-'));
  await writeTinyTokenizer(join(folder, 'bytes'));
  tokenizer = await loadTokenizer(join(folder, 'bytes'));
  await writeTinyTokenizer(join(folder, 'letters'));
  const path = join(folder, 'letters', 'tokenizer.json');
  const json = JSON.parse(await readFile(path, 'utf8'));
  json.model.byte_fallback = false;
  await writeFile(path, JSON.stringify(json));
  lettersOnly = await loadTokenizer(join(folder, 'letters'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(contents: string | Uint8Array): Promise<string> {
  const path = join(folder, 'text.txt');
  await writeFile(path, contents);
  return path;
}

const refused = (message: RegExp) => ({
  code: 'invalid_usage',
  message: expect.stringMatching(message),
});

describe('readCalibrationText', () => {
  test('gives the tokens, what goes before them, and the digest of what was read', async () => {
    const read = await readCalibrationText(await file('a plane upon a plane'), 7, tokenizer);
    expect([...read.tokens]).toEqual([...tokenizer.encode('a plane', { addSpecialTokens: false })]);
    expect(read.bosToken).toBe(1);
    expect(read.sha256).toBe(createHash('sha256').update('a plane').digest('hex'));
  });

  test('may end within a character', async () => {
    const { tokens } = await readCalibrationText(await file(`${'planes '.repeat(9)}世`), 64, tokenizer);
    expect(tokens.length).toBeGreaterThan(9);
  });

  test.each([
    ['nothing', ''],
    ['spaces', ' \n\t \n'],
  ])('%s is no text', async (_, contents) => {
    await expect(readCalibrationText(await file(contents), 99, tokenizer)).rejects.toMatchObject(
      refused(/^--data: .*text\.txt holds no text/),
    );
  });

  test('bytes 0 are no text: UTF-16, or a program', async () => {
    const path = await file(Buffer.from('Once there was', 'utf16le'));
    await expect(readCalibrationText(path, 999, tokenizer)).rejects.toMatchObject(
      refused(/^--data: .*holds bytes 0: it is not UTF-8/),
    );
  });

  test('random bytes are no text, though a tokenizer can spell them', async () => {
    const uniform = seededUniform(1);
    const path = await file(Uint8Array.from({ length: 4000 }, () => 1 + Math.floor(255 * uniform())));
    await expect(readCalibrationText(path, 9999, tokenizer)).rejects.toMatchObject(
      refused(/^--data: .*can encode: \d+ of \d+ characters are lost.*UTF-8/),
    );
  });

  test('a script that the tokenizer does not know is refused, a few unknown characters are not', async () => {
    const foreign = await file('Жили-были дед и баба. '.repeat(9));
    await expect(readCalibrationText(foreign, 9999, lettersOnly)).rejects.toMatchObject(
      refused(/characters are lost/),
    );
    const few = await file(`${'once there was a plane. '.repeat(9)} Ж`);
    expect((await readCalibrationText(few, 9999, lettersOnly)).tokens.length).toBeGreaterThan(100);
    // The same tokenizer with bytes to fall back on spells it.
    const spelled = await readCalibrationText(await file('Жили-были'), 9999, tokenizer);
    expect(tokenizer.decode(spelled.tokens)).toBe('Жили-были');
  });

  test.each([
    ['a folder', () => folder, 'EISDIR'],
    ['no file at all', () => join(folder, 'none.txt'), 'ENOENT'],
  ])('%s cannot be read, and that is said', async (_, path, code) => {
    await expect(readCalibrationText(path(), 99, tokenizer)).rejects.toMatchObject(
      refused(new RegExp(`^--data: .* cannot be read \\(${code}\\)`)),
    );
  });
});
