import type { Caller, GenerateRequest, Generation, InferenceService, TraceContext } from '../core/index.ts';
import { blamedPrompt } from './blamed-prompt.ts';
import { GIVEN_UP } from './given-up.ts';

/**
 * Submits all requests of one answer together, within the limits of `caller`: either every one is accepted, or those
 * that were are cancelled through `abort` and the first refusal is thrown. Each is a span below `trace`.
 *
 * Rejects with QueptError as `Caller.admit` and `InferenceService.generate` do.
 */
export async function startGenerations(
  service: InferenceService,
  requests: readonly GenerateRequest[],
  abort: AbortController,
  caller: Caller,
  trace: TraceContext | null,
): Promise<Generation[]> {
  const permit = await caller.admit(requests, service.model);
  const outcomes = await Promise.allSettled(
    permit.requests.map(async (request) =>
      service.generate(trace === null ? request : { ...request, trace }, abort.signal),
    ),
  );
  const index = outcomes.findIndex((outcome) => outcome.status === 'rejected');
  const refused = outcomes[index];
  const accepted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (refused?.status !== 'rejected') {
    permit.settle(accepted, null);
    return accepted;
  }
  abort.abort(GIVEN_UP);
  permit.settle(accepted, refused.reason);
  throw blamedPrompt(refused.reason, permit.requests, index);
}
