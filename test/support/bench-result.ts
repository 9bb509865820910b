import { distributionOf } from '../../src/bench/load/distribution.ts';
import { judgeLoad } from '../../src/bench/load/judge-load.ts';
import type { LoadRecord } from '../../src/bench/load/load-record.ts';
import type { EndpointResult, EndpointRun, OpenResult } from '../../src/bench/load/result-schema.ts';
import { loadRecord } from './load-record.ts';

const ABOUT: Omit<OpenResult, 'kind' | 'label' | 'settings' | 'targets' | 'runs'> = {
  format: 'quept-bench',
  version: 1,
  createdAt: '2026-01-02T03:04:05.000Z',
  toolVersion: '0.1.0',
  interrupted: false,
  target: {
    url: 'http://127.0.0.1:8080/',
    model: 'tiny',
    contextLength: 64,
    ladder: [
      { id: 'q4', averageBits: 4, weight: 0.5 },
      { id: 'q8', averageBits: 8, weight: 0.9 },
    ],
  },
  machine: { cpu: 'a processor', cores: 2, memoryGiB: 8, system: 'Linux', node: '20.0.0' },
};

/** Ten requests in ten seconds, all completed. */
export const STEADY: readonly LoadRecord[] = Array.from({ length: 10 }, (_, i) =>
  loadRecord({ due: { atMs: 1000 * i } }),
);

/** A result of the open loop: one run for each rate. */
export function openResult(
  label: string,
  runs: Readonly<Record<number, readonly LoadRecord[]>> = { 1: STEADY },
  settings: OpenResult['settings'] = { seed: 1 },
): OpenResult {
  const targets = { all: { ttftMs: 150, tpotMs: 20 }, byTier: {} };
  return {
    ...structuredClone(ABOUT),
    kind: 'open',
    label,
    settings,
    targets,
    runs: Object.entries(runs).map(([rate, records]) =>
      judgeLoad({
        records,
        rate: Number(rate),
        warmupMs: 0,
        spanMs: 10_000,
        targets,
        ladder: ABOUT.target.ladder,
      }),
    ),
  };
}

/** A result of a closed loop. */
export function endpointResult(
  label: string,
  runs: Readonly<Record<string, Partial<EndpointRun>>>,
): EndpointResult {
  return {
    ...structuredClone(ABOUT),
    kind: 'closed',
    label,
    settings: { connections: 2 },
    runs: Object.entries(runs).map(([endpoint, fields]) => ({
      endpoint,
      method: 'POST',
      path: `/v1/${endpoint}`,
      connections: 2,
      rate: null,
      seconds: 10,
      sent: 100,
      completed: 100,
      requestsPerSecond: 10,
      megabytesPerSecond: 0.1,
      latencyMs: distributionOf([10, 20, 30]),
      statuses: { 200: 100 },
      broken: 0,
      connectionErrors: 0,
      timeouts: 0,
      unfinished: 2,
      outputTokensPerSecond: null,
      ...fields,
    })),
  };
}
