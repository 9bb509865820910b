import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatMessage } from '../../src/core/index.ts';
import { loadTokenizer, openCheckpoint, tokenizerFiles } from '../../src/engine/index.ts';
import { quantizeCheckpoint } from '../../src/quant/index.ts';
import { type TinyCheckpointOptions, writeTinyCheckpoint } from './tiny-checkpoint.ts';

/** A served model small enough for any test: planes [4, 4], so rungs from q4 to q8. */
export interface TinyArtefact {
  readonly directory: string;
  /** The Hugging Face folder it was made from. */
  readonly checkpoint: string;
  encode(text: string): number[];
  /** The id of the only token that adds this text; undefined when there is none, or several. */
  idOf(text: string): number | undefined;
  /** The prompt text of a conversation. */
  renderChat(messages: readonly ChatMessage[]): string;
  remove(): Promise<void>;
}

interface TinyArtefactOptions extends Pick<TinyCheckpointOptions, 'family' | 'sizes'> {
  readonly contextLength: number;
}

const END_OF_SEQUENCE = 2;
const CHAT_TEMPLATE =
  "{% if messages[0].role == 'assistant' %}{{ raise_exception('a user must begin') }}{% endif %}" +
  '{{ bos_token }}{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}' +
  '{% if add_generation_prompt %}assistant:{% endif %}';

/**
 * Writes an artefact named `tiny` of a random checkpoint into a temporary folder. Greedy answers never end by
 * themselves: the end of sequence has a zero embedding, so its logit is 0 where hundreds of others are not.
 */
export async function writeTinyArtefact({
  contextLength,
  family = 'llama',
  sizes,
}: TinyArtefactOptions): Promise<TinyArtefact> {
  const folder = await mkdtemp(join(tmpdir(), 'quept-test-'));
  const source = join(folder, 'checkpoint');
  const directory = join(folder, 'artefact');
  await writeTinyCheckpoint(source, {
    family,
    sizes: { ...sizes, contextLength },
    tokenizer: { chatTemplate: CHAT_TEMPLATE },
    editTensors: (tensors) => {
      const embedding = tensors.get('model.embed_tokens.weight');
      const width = embedding?.shape[1] ?? 0;
      embedding?.values.fill(0, END_OF_SEQUENCE * width, (END_OF_SEQUENCE + 1) * width);
    },
  });
  const checkpoint = await openCheckpoint(source);
  try {
    await quantizeCheckpoint(checkpoint, directory, {
      name: 'tiny',
      planes: [4, 4],
      block: 32,
      zeroPoints: 'auto',
      tokenizerFiles: (await tokenizerFiles(source)).map((name) => ({ name, path: join(source, name) })),
      generation: { endTokenIds: [END_OF_SEQUENCE], maxTokens: null, sampling: {} },
      provenance: {
        toolVersion: 'test',
        sourceName: 'tiny',
        sourceDirectory: null,
        sourceSha256: null,
        createdAt: new Date(0),
      },
    });
  } finally {
    await checkpoint.close();
  }
  const tokenizer = await loadTokenizer(directory);
  return {
    directory,
    checkpoint: source,
    encode: (text) => [...tokenizer.encode(text, { addSpecialTokens: true })],
    idOf: (text) => {
      const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
      const found = ids.filter((id) => Buffer.from(tokenizer.tokenBytes(id)).equals(Buffer.from(text)));
      return found.length === 1 ? found[0] : undefined;
    },
    renderChat: (messages) => tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
