import type { Handler } from 'hono';
import type { InferenceService } from '../../core/index.ts';
import { parseDetokenizeRequest, parseTokenizeRequest, tokenizeJson } from '../../protocol/index.ts';
import type { HttpAppOptions } from './http-app-options.ts';
import type { HttpEnv } from './http-env.ts';
import { readJsonBody } from './read-json-body.ts';

/** `/tokenize`: the token ids of a text or a conversation. */
export function tokenizeHandler(
  service: InferenceService,
  { maxBodyBytes }: HttpAppOptions,
): Handler<HttpEnv> {
  return async (context) => {
    const body = await readJsonBody(context.req.raw, maxBodyBytes);
    const tokens = await service.tokenize(parseTokenizeRequest(body, service.model));
    return context.json(tokenizeJson(tokens, service.model));
  };
}

/** `/detokenize`: the text of token ids. */
export function detokenizeHandler(
  service: InferenceService,
  { maxBodyBytes }: HttpAppOptions,
): Handler<HttpEnv> {
  return async (context) => {
    const body = await readJsonBody(context.req.raw, maxBodyBytes);
    const tokens = parseDetokenizeRequest(body, service.model);
    return context.json({ prompt: await service.detokenize(tokens) });
  };
}
