import type { HttpEndpoint } from './http-endpoints.ts';
import { type HttpLoadOptions, runHttpLoad } from './http-load.ts';
import type { LoadTarget } from './load-target.ts';
import type { EndpointRun } from './result-schema.ts';

export interface EndpointTestOptions {
  readonly target: LoadTarget;
  readonly endpoints: readonly HttpEndpoint[];
  readonly load: HttpLoadOptions;
  /** Endpoints that are done, and the one that is at work. */
  readonly onProgress: (done: number, name: string) => void;
}

export interface EndpointTest {
  readonly runs: EndpointRun[];
  readonly interrupted: boolean;
}

/** Loads one endpoint after the other. */
export async function runEndpointTest(options: EndpointTestOptions): Promise<EndpointTest> {
  const { target, endpoints, load, onProgress } = options;
  const runs: EndpointRun[] = [];
  for (const [i, endpoint] of endpoints.entries()) {
    if (load.signal.aborted) break;
    onProgress(i, endpoint.name);
    const run = await runHttpLoad(target, endpoint, load);
    if (run !== null) runs.push(run);
  }
  return { runs, interrupted: load.signal.aborted };
}
