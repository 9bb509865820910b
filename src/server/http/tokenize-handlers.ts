import type { Handler } from 'hono';
import type { InferenceService } from '../../core/index.ts';
import { parseDetokenizeRequest, parseTokenizeRequest, tokenizeJson } from '../../protocol/index.ts';
import { countedCall } from '../counted-call.ts';
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
    const wanted = parseTokenizeRequest(body, service.model);
    const tokens = await countedCall(context.get('caller'), service.model, () => service.tokenize(wanted));
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
    const prompt = await countedCall(context.get('caller'), service.model, () => service.detokenize(tokens));
    return context.json({ prompt });
  };
}
