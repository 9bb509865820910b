import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer as Vocabulary } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { loadTokenizer } from '../../../../src/engine/tokenizer/tokenizer.ts';
import { writeTinyTokenizer } from '../../../support/tiny-tokenizer.ts';

const shared = join(import.meta.dirname, '../../../../../shared');
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stream-'));
  await writeTinyTokenizer(join(root, 'tiny-byte-level'), { kind: 'byte-level' });
  await writeTinyTokenizer(join(root, 'tiny-byte-fallback'), { kind: 'byte-fallback' });
});
afterAll(() => rm(root, { recursive: true }));

function find(name: string, context: TestContext): string {
  if (name.startsWith('tiny-')) return join(root, name);
  const directory = join(shared, name);
  if (!existsSync(directory)) context.skip(`${name} is not on this machine`);
  return directory;
}

// A byte order mark is left out: the reference decoder drops it. So is U+2581, which spells a space.
const text = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.lorem({ maxCount: 4 }))
  .map((value) => value.replaceAll(/[\ufeff\u2581]/g, ' '));

describe.each([
  ['tiny-byte-level', true],
  ['tiny-byte-fallback', true],
  ['tokenizers/llama2', true],
  ['tokenizers/phi-3', true],
  ['models/stories260k', true],
  // Its vocabulary lacks most characters: they become unknown tokens.
  ['models/babyllama-tok105', false],
])('%s', (name, spellsAnything) => {
  it('round-trips text and agrees with the reference decoder', async (context) => {
    const directory = find(name, context);
    const tokenizer = await loadTokenizer(directory);
    const json = JSON.parse(await readFile(join(directory, 'tokenizer.json'), 'utf8')) as object;
    const reference = new Vocabulary(json, { clean_up_tokenization_spaces: false });
    fc.assert(
      fc.property(text, (value) => {
        const ids = tokenizer.encode(value, { addSpecialTokens: true });
        const decoded = tokenizer.decode(ids);
        if (spellsAnything) expect(decoded).toBe(value);
        if (ids.length > 0) expect(decoded).toBe(reference.decode([...ids], { skip_special_tokens: true }));
      }),
      { numRuns: 150 },
    );
  });

  it('streams exactly what a continuation adds to its prompt, a whole character at a time', async (context) => {
    const tokenizer = await loadTokenizer(find(name, context));
    fc.assert(
      fc.property(text, fc.nat(), (value, seed) => {
        const ids = tokenizer.encode(`x${value}`, { addSpecialTokens: true });
        const whole = tokenizer.decode(ids);
        // A prompt has text and does not end inside a character.
        const cuts = [...ids.keys()].filter((i) => {
          const prompt = tokenizer.decode(ids.slice(0, i));
          return prompt !== '' && whole.startsWith(prompt);
        });
        const cut = cuts.length === 0 ? ids.length : cuts[seed % cuts.length]!;
        const stream = tokenizer.createTextStream();
        const pieces = [...ids.slice(cut)].map((id) => stream.push(id));
        pieces.push(stream.flush());
        expect(pieces.join('')).toBe(whole.slice(tokenizer.decode(ids.slice(0, cut)).length));
        if (!value.includes('\ufffd')) expect(pieces.join('')).not.toContain('\ufffd');
        expect(pieces.filter((piece) => /\p{Surrogate}/u.test(piece))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('any token sequence', () => {
  it.each(['tiny-byte-level', 'tiny-byte-fallback'])(
    '%s: streams well-formed text that depends on bytes alone',
    async (name) => {
      const tokenizer = await loadTokenizer(join(root, name));
      fc.assert(
        fc.property(fc.array(fc.integer({ min: -1, max: 320 })), (ids) => {
          const stream = tokenizer.createTextStream();
          const streamed = ids.map((id) => stream.push(id)).join('') + stream.flush();
          const bytes = Buffer.concat(ids.map((id) => tokenizer.tokenBytes(id)));
          expect(streamed).toBe(bytes.toString('utf8'));
        }),
        { numRuns: 300 },
      );
    },
  );
});
