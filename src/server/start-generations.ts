import type { GenerateRequest, Generation, InferenceService } from '../core/index.ts';

/**
 * Submits all requests of one answer together: either every one is accepted, or those that were are cancelled
 * through `abort` and the first refusal is thrown.
 */
export async function startGenerations(
  service: InferenceService,
  requests: readonly GenerateRequest[],
  abort: AbortController,
): Promise<Generation[]> {
  const outcomes = await Promise.allSettled(
    requests.map(async (request) => service.generate(request, abort.signal)),
  );
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  if (refused !== undefined) {
    abort.abort();
    throw refused.reason;
  }
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}
