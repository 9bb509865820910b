import type { GenerateRequest, Prompt, Usage } from '../core/index.ts';

/** Of common text; code and other scripts have fewer. Settled when the prompt has been counted. */
const CHARACTERS_PER_TOKEN = 4;
/** What a chat template puts around a message. */
const TOKENS_PER_MESSAGE = 4;
/** Reserved for an answer of unlimited length: most are shorter, and what is longer is counted at its end. */
export const UNLIMITED_ANSWER_TOKENS = 512;

/**
 * Tokens that the requests of a call will use, prompts and answers, as far as can be told before they are tokenized. A
 * prompt that several share counts once, as in `usage`.
 */
export function estimateTokens(requests: readonly GenerateRequest[], contextLength: number): number {
  const prompts = new Map<Prompt, number>();
  let answers = 0;
  for (const { prompt, maxTokens } of requests) {
    const tokens = prompts.get(prompt) ?? Math.min(promptTokens(prompt), contextLength);
    prompts.set(prompt, tokens);
    answers += Math.min(maxTokens ?? UNLIMITED_ANSWER_TOKENS, contextLength - tokens);
  }
  return sumOf(prompts) + answers;
}

/** Tokens that they turned out to have used, counted the same way. */
export function usedTokens(ended: readonly { readonly prompt: Prompt; readonly usage: Usage }[]): number {
  const prompts = new Map<Prompt, number>();
  let answers = 0;
  for (const { prompt, usage } of ended) {
    prompts.set(prompt, Math.max(prompts.get(prompt) ?? 0, usage.promptTokens));
    answers += usage.completionTokens;
  }
  return sumOf(prompts) + answers;
}

function sumOf(prompts: ReadonlyMap<Prompt, number>): number {
  return [...prompts.values()].reduce((sum, tokens) => sum + tokens, 0);
}

function promptTokens(prompt: Prompt): number {
  switch (prompt.kind) {
    case 'tokens':
      return prompt.tokens.length;
    case 'text':
      return Math.ceil(prompt.text.length / CHARACTERS_PER_TOKEN);
    case 'messages':
      return prompt.messages.reduce(
        (sum, { content }) => sum + TOKENS_PER_MESSAGE + Math.ceil(content.length / CHARACTERS_PER_TOKEN),
        0,
      );
    default:
      return prompt satisfies never;
  }
}
