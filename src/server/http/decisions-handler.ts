import type { Handler } from 'hono';
import { type InferenceService, QueptError } from '../../core/index.ts';
import { decisionsJson } from '../../protocol/index.ts';
import type { HttpEnv } from './http-env.ts';

/** What the scheduler decided about the requests of one call, by its `x-request-id`. */
export function decisionsHandler(service: InferenceService): Handler<HttpEnv> {
  return async (context) => {
    const callId = context.req.param('id') ?? '';
    const found = await service.decisions(callId, context.get('caller').owner);
    if (found.length === 0) {
      throw new QueptError(
        'not_found',
        `Nothing is kept of a request '${callId.slice(0, 128)}'. Its id is the x-request-id of an answer; the newest requests are kept, as many as --decision-log says.`,
      );
    }
    return context.json(decisionsJson(callId, found, service.model.ladder));
  };
}
