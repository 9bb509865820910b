import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type TinyTokenizerKind = 'byte-level' | 'byte-fallback';

/** Ids 0..2 of every tiny tokenizer. */
export const TINY_SPECIAL_TOKENS = ['<unk>', '<s>', '</s>'] as const;
/** Entries of either kind of tiny tokenizer. */
export const TINY_VOCABULARY_SIZE = 300;

const BYTE_LEVEL_MERGES = (
  'Ġ t|h e|Ġ a|i n|Ġt he|o n|r e|Ġ s|Ġ w|n d|Ġ b|o u|e r|i t|Ġa nd|in g|Ġ o|e d|Ġ h|Ġ m|l l|Ġt o|Ġw a|Ġ f|Ġ l|' +
  's t|a t|Ġ p|Ġwa s|Ġh e|Ġ c|Ġ d|o m|i s|e n|Ġ in|a r|e s|Ġ g|l y|Ġ i'
).split('|');
const FALLBACK_CHARACTERS = "▁abcdefghijklmnopqrstuvwxyz.,!?é世OTISLBH'";

export interface TinyTokenizerOptions {
  readonly kind?: TinyTokenizerKind;
  /** `chat_template` of tokenizer_config.json; none when left out. */
  readonly chatTemplate?: string;
}

/**
 * Writes tokenizer.json and tokenizer_config.json of a tokenizer with 300 entries that can spell any text:
 * `<unk>`, `<s>`, `</s>`, 256 bytes, 41 longer or plain entries. `<s>` goes before every text.
 */
export async function writeTinyTokenizer(
  directory: string,
  options: TinyTokenizerOptions = {},
): Promise<void> {
  const kind = options.kind ?? 'byte-fallback';
  const json = kind === 'byte-level' ? byteLevel() : byteFallback();
  const config = {
    bos_token: '<s>',
    eos_token: '</s>',
    unk_token: '<unk>',
    clean_up_tokenization_spaces: false,
    ...(options.chatTemplate === undefined ? {} : { chat_template: options.chatTemplate }),
  };
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'tokenizer.json'), JSON.stringify(json));
  await writeFile(join(directory, 'tokenizer_config.json'), JSON.stringify(config));
}

function byteLevel(): object {
  const merged = BYTE_LEVEL_MERGES.map((merge) => merge.replace(' ', ''));
  return {
    ...common([...byteAlphabet(), ...merged], BYTE_LEVEL_MERGES),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  };
}

function byteFallback(): object {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const json = common([...bytes, ...FALLBACK_CHARACTERS], []);
  return {
    ...json,
    model: { ...json.model, unk_token: '<unk>', byte_fallback: true, fuse_unk: true },
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
  };
}

function common(entries: string[], merges: string[]): { model: object } & Record<string, unknown> {
  const vocabulary = [...TINY_SPECIAL_TOKENS, ...entries];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: TINY_SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary.map((entry, id) => [entry, id])),
      merges,
    },
  };
}

/** GPT-2's characters for bytes 0..255: printable Latin-1 as itself, the rest from U+0100 on. */
function byteAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = /[!-~¡-¬®-ÿ]/.test(String.fromCharCode(byte));
    return String.fromCharCode(printable ? byte : next++);
  });
}
