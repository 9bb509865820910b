import type { Usage } from '../../core/index.ts';
import type { PrecisionJson } from './precision-json.ts';

/** `usage` of an answer, summed over its choices. Counts that do not exist here are 0, never null. */
export function usageJson(usages: readonly Usage[], precision: PrecisionJson) {
  const prompt = sum(usages, (usage) => usage.promptTokens);
  const completion = sum(usages, (usage) => usage.completionTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum(usages, (usage) => usage.cachedTokens), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    precision,
  };
}

function sum(usages: readonly Usage[], count: (usage: Usage) => number): number {
  return usages.reduce((total, usage) => total + count(usage), 0);
}
