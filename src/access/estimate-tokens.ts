import type { GenerateRequest, Prompt } from '../core/index.ts';

/** Of common text; code and other scripts have fewer. Settled when the prompt has been counted. */
const CHARACTERS_PER_TOKEN = 4;
/** What a chat template puts around a message. */
const TOKENS_PER_MESSAGE = 4;
/** Reserved for an answer of unlimited length: most are shorter, and what is longer is counted at its end. */
export const UNLIMITED_ANSWER_TOKENS = 512;

/** Tokens that a request will use, prompt and answer, as far as can be told before it is tokenized. */
export function estimateTokens(request: GenerateRequest, contextLength: number): number {
  const prompt = Math.min(promptTokens(request.prompt), contextLength);
  const room = contextLength - prompt;
  return prompt + Math.min(request.maxTokens ?? UNLIMITED_ANSWER_TOKENS, room);
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
