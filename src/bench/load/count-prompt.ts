import { z } from 'zod';
import { explainRefusal, postJson } from './ask-server.ts';
import {
  GENERATION_PATHS,
  type GenerationEndpoint,
  type GenerationWish,
  generationBody,
} from './generation-body.ts';
import type { LoadTarget } from './load-target.ts';

const counted = z.object({
  usage: z.object({ prompt_tokens: z.int().nullish(), input_tokens: z.int().nullish() }).nullish(),
});

/**
 * Tokens of a prompt by the server's own count, from an answer of one token; null where the server does not tell. It is
 * also the proof that requests of this kind are taken.
 *
 * Throws QueptError that tells why they are not.
 */
export async function countPrompt(
  target: LoadTarget,
  endpoint: GenerationEndpoint,
  wish: GenerationWish,
  text: string,
): Promise<number | null> {
  const body = generationBody(endpoint, wish, { text, outputTokens: 1, stream: false, tier: null });
  const answer = await postJson(target, GENERATION_PATHS[endpoint], body);
  if (answer.status !== 200) throw explainRefusal(target, GENERATION_PATHS[endpoint], answer);
  const usage = counted.safeParse(answer.json).data?.usage;
  return usage?.prompt_tokens ?? usage?.input_tokens ?? null;
}
