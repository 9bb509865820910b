import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTokenizer, type Tokenizer } from '../../../../src/engine/tokenizer/tokenizer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyTokenizer } from '../../../support/tiny-tokenizer.ts';

let root: string;
let count = 0;
let byteLevel: Tokenizer;
let byteFallback: Tokenizer;

const bare = { addSpecialTokens: false };
const full = { addSpecialTokens: true };

/** A tiny tokenizer whose files were edited before loading. */
async function edited(
  change: (json: Record<string, unknown>, config: Record<string, unknown>) => void,
  kind: 'byte-level' | 'byte-fallback' = 'byte-level',
): Promise<string> {
  const directory = join(root, `t${count++}`);
  await writeTinyTokenizer(directory, { kind });
  const files = ['tokenizer.json', 'tokenizer_config.json'].map((file) => join(directory, file));
  const [json, config] = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).map(
    (text) => JSON.parse(text) as Record<string, unknown>,
  );
  change(json!, config!);
  await writeFile(files[0]!, JSON.stringify(json));
  await writeFile(files[1]!, JSON.stringify(config));
  return directory;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  byteLevel = await loadTokenizer(await edited(() => {}));
  byteFallback = await loadTokenizer(await edited(() => {}, 'byte-fallback'));
});
afterAll(() => rm(root, { recursive: true }));

describe('encode and decode', () => {
  it('knows its vocabulary', () => {
    expect(byteLevel.vocabSize).toBe(TINY_VOCABULARY_SIZE);
    expect(byteFallback.vocabSize).toBe(TINY_VOCABULARY_SIZE);
    expect([...byteLevel.endTokenIds]).toEqual([2]);
  });

  it('merges by rank and spells the rest in bytes', () => {
    // Bytes start at id 3, merged entries at 259: "Ġt", "he", "Ġa", "in", "Ġthe", …
    expect([...byteLevel.encode('in the é', bare)]).toEqual([262, 263, 3 + 0x20, 3 + 0xc3, 3 + 0xa9]);
    // ▁ is id 259, letters follow it.
    expect([...byteFallback.encode('ab ß', bare)]).toEqual([259, 260, 261, 259, 3 + 0xc3, 3 + 0x9f]);
  });

  it('adds the beginning of sequence once, whether asked for, spelled out, or both', () => {
    for (const tokenizer of [byteLevel, byteFallback]) {
      const text = [...tokenizer.encode('hi', bare)];
      expect([...tokenizer.encode('hi', full)]).toEqual([1, ...text]);
      expect([...tokenizer.encode('<s>hi', full)]).toEqual([1, ...text]);
      expect([...tokenizer.encode('', full)]).toEqual([1]);
      expect([...tokenizer.encode('', bare)]).toEqual([]);
    }
  });

  it('honours add_bos_token where the post-processor adds nothing', async () => {
    const directory = await edited((json, config) => {
      json.post_processor = null;
      config.add_bos_token = true;
    });
    const tokenizer = await loadTokenizer(directory);
    expect([...tokenizer.encode('a', full)]).toEqual([1, 3 + 0x61]);
    expect([...tokenizer.encode('a', bare)]).toEqual([3 + 0x61]);
  });

  it('leaves special tokens out of text and keeps other added tokens as they are written', async () => {
    const directory = await edited((json) => {
      (json.added_tokens as object[]).push({
        id: 300,
        content: '<call>é',
        special: false,
        normalized: false,
      });
    });
    const tokenizer = await loadTokenizer(directory);
    expect(tokenizer.vocabSize).toBe(301);
    const ids = tokenizer.encode('a<call>éb</s>', full);
    expect([...ids]).toEqual([1, 3 + 0x61, 300, 3 + 0x62, 2]);
    expect(tokenizer.decode(ids)).toBe('a<call>éb');
  });

  it('reads lone surrogates as U+FFFD', () => {
    for (const tokenizer of [byteLevel, byteFallback]) {
      expect(tokenizer.decode(tokenizer.encode('a\ud800b\udc00', full))).toBe('a\ufffdb\ufffd');
      expect(tokenizer.decode(tokenizer.encode('🎉', full))).toBe('🎉');
    }
  });

  it('gives no text to ids outside the vocabulary', () => {
    expect(byteLevel.decode([5000, 3 + 0x61, -1])).toBe('a');
    expect(byteLevel.tokenText(5000)).toBe('');
    expect(byteLevel.tokenBytes(5000)).toHaveLength(0);
  });

  it('tells the bytes and the display text of an id', () => {
    expect([...byteLevel.tokenBytes(263)]).toEqual([...Buffer.from(' the')]);
    expect([...byteLevel.tokenBytes(3 + 0xc3)]).toEqual([0xc3]);
    expect([...byteFallback.tokenBytes(3 + 0xc3)]).toEqual([0xc3]);
    expect([...byteFallback.tokenBytes(259)]).toEqual([0x20]);
    expect(byteLevel.tokenBytes(2)).toHaveLength(0);
    expect(byteLevel.tokenText(2)).toBe('</s>');
    expect(byteLevel.tokenText(263)).toBe(' the');
    expect(byteLevel.tokenText(3 + 0xc3)).toBe('\ufffd');
  });

  it('collects the ends of sequence from all places that name them', async () => {
    const directory = await edited((json) => {
      (json.added_tokens as object[]).push({
        id: 300,
        content: '<|im_end|>',
        special: true,
        normalized: false,
      });
    });
    await writeFile(join(directory, 'generation_config.json'), '{"eos_token_id":[7,8]}');
    expect([...(await loadTokenizer(directory)).endTokenIds].sort()).toEqual([2, 300, 7, 8]);
  });
});

describe('text streams', () => {
  it('holds back half a character and emits it whole', () => {
    for (const tokenizer of [byteLevel, byteFallback]) {
      const stream = tokenizer.createTextStream();
      const bytes = [...Buffer.from('é🎉')].map((byte) => stream.push(3 + byte));
      expect(bytes).toEqual(['', 'é', '', '', '', '🎉']);
      expect(stream.flush()).toBe('');
    }
  });

  it('turns what stays incomplete into U+FFFD', () => {
    const atEnd = byteFallback.createTextStream();
    expect(atEnd.push(3 + 0xe2) + atEnd.push(3 + 0x96)).toBe('');
    expect(atEnd.flush()).toBe('\ufffd');
    const inside = byteLevel.createTextStream();
    expect(inside.push(3 + 0xe2)).toBe('');
    expect(inside.push(3 + 0x61)).toBe('\ufffda');
  });

  it('keeps the leading space of a continuation and drops that of a whole text', () => {
    const stream = byteFallback.createTextStream();
    expect(stream.push(259) + stream.push(260)).toBe(' a');
    expect(byteFallback.decode([259, 260])).toBe('a');
    expect(byteFallback.decode([259, 259, 260])).toBe(' a');
  });

  it('emits nothing for special tokens, ends of sequence and unknown ids', () => {
    const stream = byteLevel.createTextStream();
    expect([1, 2, 0, 9999].map((id) => stream.push(id)).join('')).toBe('');
  });

  it('gives marks of calls a text where they are looked for', async () => {
    const directory = await edited((json) => {
      const added = json.added_tokens as object[];
      added.push({ id: 300, content: '<tool_call>', special: true, normalized: false });
      added.push({ id: 301, content: '[TOOL_CALLS]', special: true, normalized: false });
    });
    const marked = await loadTokenizer(directory);
    const textOf = (toolMarkers: boolean) => {
      const stream = marked.createTextStream({ toolMarkers });
      return [1, 300, 3 + 0x61, 301, 2].map((id) => stream.push(id)).join('');
    };
    expect(textOf(true)).toBe('<tool_call>a[TOOL_CALLS]');
    expect(textOf(false)).toBe('a');
    expect(marked.decode([300, 3 + 0x61])).toBe('a');
  });

  it('keeps a byte order mark that the model generates', () => {
    const stream = byteLevel.createTextStream();
    expect([0xef, 0xbb, 0xbf].map((byte) => stream.push(3 + byte)).join('')).toBe('\ufeff');
  });
});

describe('decoders', () => {
  const metaspace = (options: object) =>
    edited((json) => {
      json.normalizer = null;
      json.pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' };
      json.decoder = {
        type: 'Sequence',
        decoders: [{ type: 'ByteFallback' }, { type: 'Metaspace', ...options }],
      };
    }, 'byte-fallback');

  it('runs a metaspace decoder, with and without the space before the text', async () => {
    const stripped = await loadTokenizer(await metaspace({ replacement: '▁', prepend_scheme: 'always' }));
    expect(stripped.decode(stripped.encode('a b', full))).toBe('a b');
    const kept = await loadTokenizer(await metaspace({ replacement: '▁', prepend_scheme: 'never' }));
    expect(kept.decode([259, 260])).toBe(' a');
  });

  it.each([
    ['none', null],
    ['WordPiece', { type: 'WordPiece', prefix: '##' }],
    ['Strip before Fuse', { type: 'Strip', content: ' ', start: 1, stop: 0 }],
    [
      'Strip at the end of a text',
      { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'Strip', content: ' ', start: 0, stop: 1 }] },
    ],
    ['Replace without a literal pattern', { type: 'Replace', pattern: { Regex: 'a+' }, content: '' }],
  ])('refuses %s by name', async (name, decoder) => {
    const directory = await edited((json) => {
      json.decoder = decoder;
    });
    await expect(loadTokenizer(directory, 'invalid_artefact')).rejects.toMatchObject({
      code: 'invalid_artefact',
      message: expect.stringContaining(`tokenizer.json: decoder ${name} is not supported`),
    });
  });
});

describe('loadTokenizer refuses', () => {
  it('a folder without tokenizer.json', async () => {
    await expect(loadTokenizer(join(root, 'nowhere'))).rejects.toThrow(
      'tokenizer.json: the file does not exist',
    );
  });

  it('damaged files, naming file and field', async () => {
    const broken = await edited(() => {});
    await writeFile(join(broken, 'tokenizer.json'), '{');
    await expect(loadTokenizer(broken)).rejects.toThrow('tokenizer.json: not valid JSON');
    const noIds = await edited((json) => {
      json.added_tokens = [{ content: 'x' }];
    });
    await expect(loadTokenizer(noIds)).rejects.toThrow('tokenizer.json: added_tokens.0.id:');
    const badConfig = await edited((_, config) => {
      config.chat_template = 3;
    });
    await expect(loadTokenizer(badConfig)).rejects.toThrow('tokenizer_config.json: chat_template:');
  });

  it('parts that cannot be used', async () => {
    const unknown = await edited((json) => {
      json.pre_tokenizer = { type: 'Nonsense' };
    });
    await expect(loadTokenizer(unknown)).rejects.toThrow(/tokenizer\.json: cannot be used \(.*Nonsense/);
    const dangling = await edited((json) => {
      json.post_processor = {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<start>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [],
        special_tokens: {},
      };
    });
    await expect(loadTokenizer(dangling)).rejects.toThrow('post_processor names a token');
  });
});
