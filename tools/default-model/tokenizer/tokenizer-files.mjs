// @ts-check
import { WORD_PATTERN } from './split-words.mjs';

/** Ends a text; and the marks around a turn of a conversation. */
export const END_OF_TEXT = '<|endoftext|>';
export const TURN_START = '<|im_start|>';
export const TURN_END = '<|im_end|>';
const SPECIAL = [END_OF_TEXT, TURN_START, TURN_END];

export const CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + " +
  "'<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * The files of a byte-fallback tokenizer as Hugging Face lays them out: ids are the special tokens, the 256
 * bytes, the alphabet in the order given, then the merges.
 *
 * @param {readonly string[]} alphabet characters
 * @param {readonly (readonly [string, string])[]} merges
 * @param {number} contextLength tokens
 */
export function tokenizerFiles(alphabet, merges, contextLength) {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${hex(byte)}>`);
  const tokens = [...SPECIAL, ...bytes, ...alphabet, ...merges.map(([left, right]) => left + right)];
  // Two merges may spell the same token; it has the id of the first.
  const vocab = Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: SPECIAL.map((content, id) => ({ id, content, ...PLAIN, special: true })),
      normalizer: null,
      pre_tokenizer: {
        type: 'Split',
        pattern: { Regex: WORD_PATTERN },
        behavior: 'Isolated',
        invert: false,
      },
      post_processor: null,
      decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: true,
        ignore_merges: false,
        vocab,
        merges,
      },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      add_bos_token: false,
      add_eos_token: false,
      bos_token: null,
      eos_token: TURN_END,
      pad_token: END_OF_TEXT,
      clean_up_tokenization_spaces: false,
      model_max_length: contextLength,
      chat_template: CHAT_TEMPLATE,
    },
    'generation_config.json': {
      eos_token_id: [SPECIAL.indexOf(TURN_END), SPECIAL.indexOf(END_OF_TEXT)],
      pad_token_id: SPECIAL.indexOf(END_OF_TEXT),
    },
  };
}

const PLAIN = { single_word: false, lstrip: false, rstrip: false, normalized: false };

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
