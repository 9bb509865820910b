import type autocannon from 'autocannon';
import { distributionOf } from './distribution.ts';
import type { HttpEndpoint } from './http-endpoints.ts';
import { type LoadTarget, targetUrl } from './load-target.ts';
import type { EndpointRun } from './result-schema.ts';

export interface HttpLoadOptions {
  readonly connections: number;
  /** Whole requests per second over all connections; null for as many as they make. */
  readonly rate: number | null;
  readonly seconds: number;
  /** Before that, not measured. */
  readonly warmupSeconds: number;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** Connections that fail at once fail again at once: so many are enough to know. */
const MOST_ERRORS = 1_000;
/** How often autocannon looks whether its time is over. */
const SAMPLE_MS = 100;

/** What a measurement saw; autocannon keeps whole milliseconds, and corrects them by a rule of its own. */
interface Tally {
  sent: number;
  broken: number;
  outputTokens: number | null;
  bytes: number;
  readonly latenciesMs: number[];
  readonly statuses: Record<string, number>;
}

/**
 * Runs autocannon on one endpoint. Its connections send one request after the other, so this is a closed loop, also at a
 * rate: a connection that waits for its answer sends nothing, and latencies count from the sending.
 *
 * @returns null when it was interrupted before anything was measured
 */
export async function runHttpLoad(
  target: LoadTarget,
  endpoint: HttpEndpoint,
  options: HttpLoadOptions,
): Promise<EndpointRun | null> {
  const { connections, rate, seconds, warmupSeconds } = options;
  if (warmupSeconds > 0) await fire(target, endpoint, options, warmupSeconds, 0);
  if (options.signal.aborted) return null;
  // Texts that the warm-up has not sent.
  const { result, tally } = await fire(target, endpoint, options, seconds, 1_000_000);
  const completed = tally.latenciesMs.length;
  const answered = Object.values(tally.statuses).reduce((sum, count) => sum + count, 0);
  const elapsed = rate !== null && !options.signal.aborted ? seconds : result.duration || seconds;
  return {
    endpoint: endpoint.name,
    method: endpoint.method,
    path: endpoint.path,
    connections,
    rate,
    seconds: elapsed,
    sent: tally.sent,
    completed,
    requestsPerSecond: completed / elapsed,
    megabytesPerSecond: tally.bytes / 1e6 / elapsed,
    latencyMs: distributionOf(tally.latenciesMs),
    statuses: tally.statuses,
    broken: tally.broken,
    connectionErrors: Math.max(0, result.errors - result.timeouts),
    timeouts: result.timeouts,
    unfinished: Math.max(0, tally.sent - answered - result.errors),
    outputTokensPerSecond: tally.outputTokens === null ? null : tally.outputTokens / elapsed,
  };
}

async function fire(
  target: LoadTarget,
  endpoint: HttpEndpoint,
  { connections, rate, timeoutSeconds, signal }: HttpLoadOptions,
  seconds: number,
  firstIndex: number,
): Promise<{ result: autocannon.Result; tally: Tally }> {
  // Loaded here: everything else that a load test does needs none of it.
  const { default: cannon } = await import('autocannon');
  const url = targetUrl(target, endpoint.path);
  const tally: Tally = {
    sent: 0,
    broken: 0,
    outputTokens: null,
    bytes: 0,
    latenciesMs: [],
    statuses: {},
  };
  let index = firstIndex;
  let whole = false;
  return new Promise((resolve, reject) => {
    let instance: autocannon.Instance | null = null;
    const stop = (): void => instance?.stop();
    instance = cannon(
      {
        url: url.origin,
        connections,
        // At a rate autocannon sends what is due in a second at its beginning; the one behind the last must not begin.
        duration: rate === null ? seconds : Math.max(SAMPLE_MS / 1000, seconds - (1.5 * SAMPLE_MS) / 1000),
        sampleInt: SAMPLE_MS,
        timeout: timeoutSeconds,
        bailout: MOST_ERRORS,
        ...(rate !== null && { overallRate: rate, ignoreCoordinatedOmission: true }),
        setupClient: (client) => {
          (client as NodeJS.EventEmitter).on('request', () => {
            tally.sent++;
          });
        },
        requests: [
          {
            method: endpoint.method,
            path: url.pathname,
            headers: {
              ...target.headers,
              ...(endpoint.bodyOf !== null && { 'content-type': 'application/json' }),
            },
            setupRequest: (request) =>
              endpoint.bodyOf === null ? request : { ...request, body: endpoint.bodyOf(index++) },
            onResponse: (status, body) => {
              whole = isSuccess(status) && isWhole(endpoint, body);
              if (whole) countTokens(tally, body);
            },
          },
        ],
      },
      (error, result) => {
        signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve({ result, tally });
      },
    );
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    // Told right after onResponse of the same answer.
    instance.on('response', (_client, status, bytes, ms) => {
      tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
      tally.bytes += bytes;
      if (whole) tally.latenciesMs.push(ms);
      else if (isSuccess(status)) tally.broken++;
    });
  });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Streams may end before their end, or with an error, under a status that says nothing of it. */
function isWhole({ stream, path }: HttpEndpoint, body: string): boolean {
  if (!stream) return true;
  return path.endsWith('/responses')
    ? /^event: response\.(completed|incomplete)\s*$/m.test(body)
    : body.includes('data: [DONE]');
}

function countTokens(tally: Tally, body: string): void {
  const counts = [...body.matchAll(/"(?:completion|output)_tokens":\s?(\d+)/g)];
  const last = counts.at(-1)?.[1];
  if (last !== undefined) tally.outputTokens = (tally.outputTokens ?? 0) + Number(last);
}
