import type { Usage } from '../../core/index.ts';
import type { PrecisionJson } from './precision-json.ts';

/**
 * Usage of an answer. The choices of one prompt share it: it counts once, as reused as the choice that found least of
 * it had it.
 *
 * @param usages of all choices; those of one prompt follow one another
 * @param perPrompt choices per prompt
 */
export function totalUsage(usages: readonly Usage[], perPrompt: number): Usage {
  let promptTokens = 0;
  let cachedTokens = 0;
  for (let first = 0; first < usages.length; first += perPrompt) {
    const alike = usages.slice(first, first + perPrompt);
    promptTokens += alike[0]?.promptTokens ?? 0;
    cachedTokens += Math.min(...alike.map((usage) => usage.cachedTokens));
  }
  const completionTokens = usages.reduce((sum, usage) => sum + usage.completionTokens, 0);
  return { promptTokens, completionTokens, cachedTokens };
}

/** `usage` of chats and completions. Counts that do not exist here are 0, never null. */
export function usageJson({ promptTokens, completionTokens, cachedTokens }: Usage, precision: PrecisionJson) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    precision,
  };
}
