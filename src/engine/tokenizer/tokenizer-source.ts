import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import { readGenerationConfig } from '../hf/generation-config.ts';
import { type FolderFault, readJsonFile, readTextFile } from '../hf/json-file.ts';

const tokenizerSchema = z.looseObject({
  model: z.looseObject({}),
  added_tokens: z.array(
    z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean().optional() }),
  ),
  decoder: z.unknown(),
});

/** A special token is written as its text or as an object around it. */
const token = z
  .union([z.string(), z.looseObject({ content: z.string() })])
  .nullish()
  .transform((value) => (typeof value === 'object' ? (value?.content ?? null) : (value ?? null)));

const namedTokens = { bos_token: token, eos_token: token, unk_token: token, pad_token: token };

const configSchema = z.looseObject({
  ...namedTokens,
  add_bos_token: z.boolean().nullish(),
  additional_special_tokens: z.array(token).nullish(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});

const mapSchema = z.object(namedTokens);

/** Chat templates of a model; null for what it does not have. */
export interface ChatTemplates {
  readonly chat: string | null;
  /** Its own for conversations with tools. */
  readonly toolUse: string | null;
}

/** The tokenizer files of a folder, read and checked. */
export interface TokenizerSource {
  /** tokenizer.json as it is. */
  readonly tokenizer: z.output<typeof tokenizerSchema>;
  /** tokenizer_config.json; empty when absent. */
  readonly config: z.output<typeof configSchema>;
  /** By the names chat templates know; tokens the model lacks are left out. */
  readonly specialTokens: Readonly<Record<string, string>>;
  readonly chatTemplates: ChatTemplates;
  /** From generation_config.json or config.json. */
  readonly endTokenIds: readonly number[];
}

/** Throws QueptError `fault` naming the file and field. */
export async function readTokenizerSource(directory: string, fault: FolderFault): Promise<TokenizerSource> {
  const tokenizer = await readJsonFile(directory, 'tokenizer.json', tokenizerSchema, fault);
  if (tokenizer === null) {
    throw new QueptError(fault, 'tokenizer.json: the file does not exist. A fast tokenizer is needed.');
  }
  const config = await readTokenizerConfig(directory, fault);
  const map = await readJsonFile(directory, 'special_tokens_map.json', mapSchema, fault);
  const specialTokens: Record<string, string> = {};
  for (const name of ['bos_token', 'eos_token', 'unk_token', 'pad_token'] as const) {
    const content = config[name] ?? map?.[name] ?? null;
    if (content !== null) specialTokens[name] = content;
  }
  const { endTokenIds } = await readGenerationConfig(directory, fault);
  const chatTemplates = await templatesOf(directory, config, fault);
  return { tokenizer, config, specialTokens, chatTemplates, endTokenIds };
}

/** The chat templates alone, without the vocabulary. Throws QueptError `fault` naming the file and field. */
export async function readChatTemplates(directory: string, fault: FolderFault): Promise<ChatTemplates> {
  return templatesOf(directory, await readTokenizerConfig(directory, fault), fault);
}

type TokenizerConfig = z.output<typeof configSchema>;

async function readTokenizerConfig(directory: string, fault: FolderFault): Promise<TokenizerConfig> {
  const config = await readJsonFile(directory, 'tokenizer_config.json', configSchema, fault);
  return config ?? configSchema.parse({});
}

async function templatesOf(
  directory: string,
  { chat_template: templates }: TokenizerConfig,
  fault: FolderFault,
): Promise<ChatTemplates> {
  const standalone = await readTextFile(directory, 'chat_template.jinja', fault);
  if (standalone !== null) return { chat: standalone, toolUse: null };
  if (templates == null || typeof templates === 'string') return { chat: templates ?? null, toolUse: null };
  const named = (wanted: string) => templates.find(({ name }) => name === wanted)?.template;
  // Of several, the one called default, or else the first.
  return { chat: named('default') ?? templates[0]?.template ?? null, toolUse: named('tool_use') ?? null };
}
