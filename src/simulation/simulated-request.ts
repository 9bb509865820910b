import type { EngineRequest, ServiceLevel } from '../core/index.ts';
import { VOCABULARY } from './simulated-runner.ts';
import type { Arrival } from './workload.ts';

const GREEDY = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  seed: 0,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
} as const;

/** An arrival as the scheduler takes it: any rung, no deadlines, one owner, and as many tokens as were recorded. */
export function simulatedRequest(
  { promptTokens, outputTokens }: Arrival,
  index: number,
  { level, ceiling }: { readonly level: ServiceLevel; readonly ceiling: number },
): EngineRequest {
  return {
    id: `r${index}`,
    promptTokens: distinctPrompt(index, promptTokens),
    maxTokens: outputTokens,
    sampling: GREEDY,
    stop: [],
    floor: 0,
    ceiling,
    level,
    deadlines: { queueMs: null, firstTokenMs: null, totalMs: null },
    owner: '',
  };
}

/** `index` in digits of the vocabulary: prompts begin unlike one another, so that none can use another's cache. */
function distinctPrompt(index: number, tokens: number): Int32Array {
  const prompt = new Int32Array(tokens);
  let rest = index;
  for (let i = 0; i < tokens && rest > 0; i++) {
    prompt[i] = rest % VOCABULARY;
    rest = Math.floor(rest / VOCABULARY);
  }
  return prompt;
}
