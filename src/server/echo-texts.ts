import type { GenerateRequest, InferenceService } from '../core/index.ts';
import type { ParsedRequest } from '../protocol/index.ts';
import { GIVEN_UP } from './given-up.ts';

/**
 * Texts of the prompts of a request, to be repeated before their answers; null where that was not asked for. A text
 * comes back as it was sent; token ids are detokenized, all prompts at once.
 *
 * To be called once the request is accepted: it is cancelled through `abort` when this fails. Rejects as `detokenize`
 * does.
 */
export async function echoTexts(
  { echo, requests, n }: Pick<ParsedRequest, 'echo' | 'requests' | 'n'>,
  service: InferenceService,
  abort: AbortController,
): Promise<string[] | null> {
  if (!echo) return null;
  const prompts = requests.filter((_, index) => index % n === 0).map(({ prompt }) => prompt);
  try {
    return await Promise.all(prompts.map((prompt) => textOf(prompt, service)));
  } catch (refusal) {
    abort.abort(GIVEN_UP);
    throw refusal;
  }
}

async function textOf(prompt: GenerateRequest['prompt'], service: InferenceService): Promise<string> {
  switch (prompt.kind) {
    case 'text':
      return prompt.text;
    case 'tokens':
      return await service.detokenize(prompt.tokens);
    case 'messages':
      throw new Error('A conversation is not echoed.');
    default:
      return prompt satisfies never;
  }
}
