import { z } from 'zod';
import type { SamplingParams } from '../../core/index.ts';
import { type FolderFault, readJsonFile } from './json-file.ts';

const tokenId = z.int().nonnegative();
const tokenIds = z
  .union([tokenId, z.array(tokenId)])
  .nullish()
  .transform((ids) => (typeof ids === 'number' ? [ids] : (ids ?? [])));

const schema = z.object({
  do_sample: z.boolean().nullish(),
  temperature: z.number().nonnegative().nullish(),
  top_k: z.int().nullish(),
  top_p: z.number().positive().max(1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().positive().nullish(),
  max_new_tokens: z.int().positive().nullish(),
  eos_token_id: tokenIds,
});

const endsSchema = z.object({ eos_token_id: tokenIds });

/** What the model's makers recommend where a request says nothing. */
export interface GenerationDefaults {
  readonly sampling: Partial<SamplingParams>;
  /** Tokens to generate at most; null when not given. */
  readonly maxTokens: number | null;
}

export interface GenerationConfig {
  readonly defaults: GenerationDefaults;
  /** Ids that end a sequence: generation_config.json's, or config.json's where the former names none. */
  readonly endTokenIds: readonly number[];
}

/**
 * Reads generation_config.json (which may be absent). Throws QueptError `fault` naming the field on a value
 * outside its domain.
 */
export async function readGenerationConfig(directory: string, fault: FolderFault): Promise<GenerationConfig> {
  const config = await readJsonFile(directory, 'generation_config.json', schema, fault);
  let endTokenIds = config?.eos_token_id ?? [];
  if (endTokenIds.length === 0) {
    endTokenIds = (await readJsonFile(directory, 'config.json', endsSchema, fault))?.eos_token_id ?? [];
  }
  if (config === null) return { defaults: { sampling: {}, maxTokens: null }, endTokenIds };
  const temperature = config.do_sample === false ? 0 : config.temperature;
  const sampling: Partial<SamplingParams> = {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    // -1 is written by some tools for "off".
    ...(typeof config.top_k === 'number' ? { topK: Math.max(0, config.top_k) } : {}),
    ...(typeof config.top_p === 'number' ? { topP: config.top_p } : {}),
    ...(typeof config.min_p === 'number' ? { minP: config.min_p } : {}),
    ...(typeof config.repetition_penalty === 'number'
      ? { repetitionPenalty: config.repetition_penalty }
      : {}),
  };
  return { defaults: { sampling, maxTokens: config.max_new_tokens ?? null }, endTokenIds };
}
