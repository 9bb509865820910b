import { request } from 'node:http';

export interface StreamTimes {
  /** When each chunk with text arrived, ms. */
  readonly chunks: number[];
}

/** Runs one streamed completion and notes when its chunks arrive. Parses no JSON: the client is not measured. */
export function streamCompletion(url: URL, body: object): Promise<StreamTimes> {
  return new Promise((resolve, reject) => {
    const chunks: number[] = [];
    const headers = { 'content-type': 'application/json' };
    const call = request(new URL('/v1/completions', url), { method: 'POST', headers }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`the server answered ${response.statusCode}`));
        return;
      }
      response.on('data', (data: Buffer) => {
        const now = performance.now();
        for (let at = data.indexOf('data: {'); at >= 0; at = data.indexOf('data: {', at + 1))
          chunks.push(now);
      });
      response.on('end', () => resolve({ chunks }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

/**
 * Tokens per second while all streams were running: from the moment the last of them had begun until the first
 * ended.
 */
export function steadyRate(streams: readonly StreamTimes[]): number {
  const from = Math.max(...streams.map(({ chunks }) => chunks[0] ?? Number.POSITIVE_INFINITY));
  const to = Math.min(...streams.map(({ chunks }) => chunks.at(-1) ?? 0));
  const within = streams.reduce(
    (sum, { chunks }) => sum + chunks.filter((time) => time > from && time <= to).length,
    0,
  );
  return (within / (to - from)) * 1000;
}
