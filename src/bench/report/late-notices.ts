import type { BenchResult } from '../load/result-schema.ts';
import { asMs } from './metric.ts';
import { rateName } from './result-groups.ts';

/** What a busy machine may make of timers: beyond it, figures tell of the load generator too. */
const LATE_MS = 20;

/** Runs whose load generator did not keep its own times, a sentence each. Its lateness counts as the server's. */
export function lateNotices(results: readonly BenchResult[]): string[] {
  return results.flatMap((result) =>
    result.kind !== 'open'
      ? []
      : result.runs.flatMap(({ rate, lagMs }) =>
          lagMs !== null && lagMs.p99 > LATE_MS
            ? [
                `${result.label}, ${rateName(rate)}: the load generator itself sent 1 % of the requests ${asMs(lagMs.p99)} ms late or more, which counts as latency. Give it a machine, or processors, of its own.`,
              ]
            : [],
        ),
  );
}
