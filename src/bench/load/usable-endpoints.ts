import { explainRefusal, getJson, postJson, type ServerAnswer } from './ask-server.ts';
import type { HttpEndpoint } from './http-endpoints.ts';
import type { LoadTarget } from './load-target.ts';

/** What a server has no such thing for, or does not let this key at. */
const LACKING = [401, 403, 404, 405, 501];
/** A text that no run sends. */
const ASKED_INDEX = 999_999_999;

export interface UsableEndpoints {
  readonly usable: readonly HttpEndpoint[];
  /** Those that the server lacks, with the status by which it said so. */
  readonly lacking: readonly { readonly name: string; readonly status: number }[];
}

/**
 * Asks each endpoint once.
 *
 * @param strict whether each must be there: they were named, and not just all that there may be
 * Throws QueptError that tells what an endpoint answered.
 */
export async function findUsable(
  target: LoadTarget,
  endpoints: readonly HttpEndpoint[],
  strict: boolean,
): Promise<UsableEndpoints> {
  const usable: HttpEndpoint[] = [];
  const lacking: { name: string; status: number }[] = [];
  for (const endpoint of endpoints) {
    const answer = await askOnce(target, endpoint);
    const succeeded = answer.status >= 200 && answer.status < 300;
    if (succeeded) usable.push(endpoint);
    else if (strict || !LACKING.includes(answer.status)) throw explainRefusal(target, endpoint.path, answer);
    else lacking.push({ name: endpoint.name, status: answer.status });
  }
  return { usable, lacking };
}

function askOnce(target: LoadTarget, { path, bodyOf }: HttpEndpoint): Promise<ServerAnswer> {
  return bodyOf === null
    ? getJson(target, path)
    : postJson(target, path, JSON.parse(bodyOf(ASKED_INDEX)) as object);
}
