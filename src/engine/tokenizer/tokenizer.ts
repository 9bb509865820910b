import { Tokenizer as Vocabulary } from '@huggingface/tokenizers';
import {
  type ChatMessage,
  QueptError,
  type TextDecoder as TextDecoderPort,
  type TextStream,
  TOOL_MARKERS,
  type ToolFormat,
} from '../../core/index.ts';
import type { FolderFault } from '../hf/json-file.ts';
import { CHATML_TEMPLATE, PLAIN_TEMPLATE } from './chat-template.ts';
import { type ConversationOptions, ConversationTemplate } from './conversation-template.ts';
import { type DecoderPlan, planDecoder } from './decoder-plan.ts';
import { createIncrementalText } from './incremental-text.ts';
import { tokenToBytes } from './token-bytes.ts';
import { readTokenizerSource, type TokenizerSource } from './tokenizer-source.ts';

/** End-of-turn markers that chat models emit though their configs may name another end of sequence. */
const TURN_ENDS = ['<|im_end|>', '<|eot_id|>', '<|eom_id|>'];
const NO_BYTES = new Uint8Array(0);

/** Text to ids and back for one model. Stateless but for caches: one instance serves all requests. */
export class Tokenizer implements TextDecoderPort {
  readonly endTokenIds: ReadonlySet<number>;
  /** One above the largest id. A model's logits may be longer: such ids have no text. */
  readonly vocabSize: number;
  readonly #vocabulary: Vocabulary;
  readonly #plan: DecoderPlan;
  readonly #template: ConversationTemplate;
  readonly #bosId: number | null;
  readonly #addBos: boolean | null;
  readonly #addedIds: ReadonlySet<number>;
  /** Ids without text: special tokens and ends of sequence. */
  readonly #silentIds: ReadonlySet<number>;
  /** Of these the ones that mark calls. */
  readonly #markerIds: ReadonlySet<number>;

  /**
   * Throws QueptError `fault` when the files are inconsistent.
   *
   * @param toolFormat how the model writes calls, if its template does not tell
   */
  constructor(source: TokenizerSource, fault: FolderFault, toolFormat: ToolFormat | null = null) {
    const { tokenizer, config, specialTokens, chatTemplates } = source;
    this.#plan = planDecoder(tokenizer.decoder, fault);
    this.#vocabulary = buildVocabulary(source, fault);
    let largest = -1;
    for (const id of this.#vocabulary.get_vocab().values()) largest = Math.max(largest, id);
    this.vocabSize = largest + 1;

    const idsOf = (tokens: readonly (string | null | undefined)[]): number[] =>
      tokens.flatMap((content) => (content ? (this.#vocabulary.token_to_id(content) ?? []) : []));
    const added = tokenizer.added_tokens;
    const special = added.filter((entry) => entry.special === true).map((entry) => entry.id);
    this.endTokenIds = new Set([...source.endTokenIds, ...idsOf([specialTokens.eos_token, ...TURN_ENDS])]);
    this.#silentIds = new Set([
      ...special,
      ...idsOf(config.additional_special_tokens ?? []),
      ...this.endTokenIds,
    ]);
    this.#markerIds = new Set(idsOf(TOOL_MARKERS).filter((id) => !this.endTokenIds.has(id)));
    this.#addedIds = new Set(added.map((entry) => entry.id));
    this.#bosId = idsOf([specialTokens.bos_token])[0] ?? null;
    this.#addBos = config.add_bos_token ?? null;
    const isChatml = this.#vocabulary.token_to_id('<|im_start|>') !== undefined;
    const fallback = isChatml ? CHATML_TEMPLATE : PLAIN_TEMPLATE;
    const sources = { templates: chatTemplates, specialTokens, fallback, toolFormat };
    this.#template = new ConversationTemplate(sources, fault);
    this.#checkSpecialTokens(fault);
  }

  /**
   * Ids of `text`, int32. `addSpecialTokens` adds what the model expects around a text; a beginning of sequence
   * that the text spells out is not added again. Lone surrogates are read as U+FFFD.
   */
  encode(text: string, options: { readonly addSpecialTokens: boolean }): Int32Array {
    const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd');
    const { ids } = this.#vocabulary.encode(wellFormed, { add_special_tokens: options.addSpecialTokens });
    return Int32Array.from(options.addSpecialTokens ? this.#settleBos(ids) : ids);
  }

  /** Text of a whole sequence, special tokens left out. Incomplete characters become U+FFFD. */
  decode(tokenIds: Iterable<number>): string {
    const stream = createIncrementalText((id) => this.#bytesOf(id), this.#plan.stripStart);
    let text = '';
    for (const id of tokenIds) text += stream.push(id);
    return text + stream.flush();
  }

  /** A continuation's leading space is kept: it separates the continuation from the prompt. */
  createTextStream({ toolMarkers = false }: { readonly toolMarkers?: boolean } = {}): TextStream {
    return createIncrementalText((id) => this.#bytesOf(id, toolMarkers), null);
  }

  /**
   * The prompt text of a conversation. Throws QueptError `invalid_request` (param `messages` or `tools`) when the
   * model's template refuses them.
   */
  applyChatTemplate(messages: readonly ChatMessage[], options: ConversationOptions): string {
    return this.#template.render(messages, options);
  }

  /**
   * Ids of a conversation that the model is to answer. A model's own template writes every special token that
   * belongs there; default templates write none. `answerStart` is what the answer begins with.
   */
  encodeChat(
    messages: readonly ChatMessage[],
    options: ConversationOptions & { readonly answerStart?: string },
  ): Int32Array {
    const text = this.applyChatTemplate(messages, options) + (options.answerStart ?? '');
    return this.encode(text, { addSpecialTokens: this.#template.isDefault });
  }

  /** UTF-8 bytes (possibly part of a character) that an id adds to a text; none for special and unknown ids. */
  tokenBytes(tokenId: number): Uint8Array {
    return this.#bytesOf(tokenId) ?? NO_BYTES;
  }

  /** An id's text for display: special tokens by name, part of a character as U+FFFD. Empty for unknown ids. */
  tokenText(tokenId: number): string {
    const bytes = this.#bytesOf(tokenId);
    return bytes === null ? (this.#vocabulary.id_to_token(tokenId) ?? '') : Buffer.from(bytes).toString();
  }

  /** The name of a special token, or of one that ends a sequence; empty for all others. */
  specialName(tokenId: number): string {
    return this.#silentIds.has(tokenId) ? (this.#vocabulary.id_to_token(tokenId) ?? '') : '';
  }

  #bytesOf(tokenId: number, toolMarkers = false): Uint8Array | null {
    if (this.#silentIds.has(tokenId) && !(toolMarkers && this.#markerIds.has(tokenId))) return null;
    const token = this.#vocabulary.id_to_token(tokenId);
    return token === undefined ? null : tokenToBytes(this.#plan, token, this.#addedIds.has(tokenId));
  }

  /** One beginning of sequence at most; `add_bos_token: true` adds it where the post-processor does not. */
  #settleBos(ids: number[]): number[] {
    if (this.#bosId === null) return ids;
    const bos = this.#bosId;
    const first = ids.findIndex((id) => id !== bos);
    const rest = first < 0 ? [] : ids.slice(first);
    const spelled = ids.length - rest.length;
    return spelled === 0 && this.#addBos !== true ? ids : [bos, ...rest];
  }

  #checkSpecialTokens(fault: FolderFault): void {
    const { ids } = this.#vocabulary.encode('', { add_special_tokens: true });
    if (ids.every((id: number) => Number.isInteger(id))) return;
    throw new QueptError(
      fault,
      'tokenizer.json: its post_processor names a token that is not in the vocabulary.',
    );
  }
}

/**
 * Loads the tokenizer of a Hugging Face folder or of an artefact. Throws QueptError `fault` naming the file,
 * `invalid_config` for a tool format that does not go with the template.
 */
export async function loadTokenizer(
  directory: string,
  fault: FolderFault = 'invalid_checkpoint',
  toolFormat: ToolFormat | null = null,
): Promise<Tokenizer> {
  return new Tokenizer(await readTokenizerSource(directory, fault), fault, toolFormat);
}

function buildVocabulary({ tokenizer, config }: TokenizerSource, fault: FolderFault): Vocabulary {
  try {
    return new Vocabulary(tokenizer, config);
  } catch (error) {
    throw new QueptError(fault, `tokenizer.json: cannot be used (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
