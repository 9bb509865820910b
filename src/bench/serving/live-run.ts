import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ladder, ServiceLevel } from '../../core/index.ts';
import { percentile } from '../../numerics/index.ts';
import type { Arrival, SimulationResult, Workload } from '../../simulation/index.ts';
import { judgeLive, type ServedRequest } from './live-judgement.ts';
import type { LiveServer } from './live-server.ts';
import { callCompletion, parseAnswer, type ReceivedAnswer } from './streamed-answer.ts';
import { type DecisionTrail, fetchTrail, tokenCourse } from './token-course.ts';

export interface LiveRunOptions {
  readonly policy: string;
  readonly ladder: Ladder;
  readonly windowMs: number;
  /** Ids of a prompt of so many tokens, another for each request. */
  readonly promptOf: (index: number, tokens: number) => readonly number[];
}

export interface LiveRun {
  /** Judged as a simulation is. */
  readonly result: SimulationResult;
  /** What was asked for, with the targets that the server gave each. */
  readonly arrivals: readonly Arrival[];
  /** 99th percentile of how late the generator itself sent requests, ms. Its lateness counts as the server's. */
  readonly generatorLagMs: number;
  readonly cachedTokens: number;
}

/** Of requests that the server keeps nothing of: they were refused, and have missed whatever it was. */
const UNKNOWN: Omit<ServiceLevel, 'tier'> = {
  ttftMs: Number.POSITIVE_INFINITY,
  tpotMs: Number.POSITIVE_INFINITY,
  weight: 1,
};
const CALLS_AT_ONCE = 8;

/**
 * Sends a workload to a server at its own times, whatever becomes of the answers, and judges what came back. Times of a
 * request count from when it was to be sent.
 */
export async function runLive(
  server: LiveServer,
  workload: Workload,
  options: LiveRunOptions,
): Promise<LiveRun> {
  const agent = new Agent({ keepAlive: true });
  const startedAtMs = performance.now() + 100;
  const lags: number[] = [];
  const calls = workload.arrivals.map(async (arrival, i) => {
    const dueAtMs = startedAtMs + arrival.atMs;
    await sleep(Math.max(0, dueAtMs - performance.now()));
    lags.push(performance.now() - dueAtMs);
    return callCompletion(server.url, bodyOf(arrival, i, options), {
      agent,
      headers: { 'x-request-id': callId(i), ...targetHeaders(arrival) },
    }).catch(() => null);
  });
  const received = await Promise.all(calls);
  const endedAtMs = performance.now();
  agent.destroy();
  const served = await lookUp(server, workload.arrivals, received);
  return {
    result: judgeLive(served, workload, { ...options, startedAtMs, endedAtMs }),
    arrivals: served.map(({ arrival, level }) => ({ ...arrival, level })),
    generatorLagMs: percentile(Float64Array.from(lags).sort(), 0.99),
    cachedTokens: received.reduce(
      (sum, answer) => sum + ((answer && parseAnswer(answer))?.cachedTokens ?? 0),
      0,
    ),
  };
}

function bodyOf(
  { promptTokens, outputTokens, tier }: Arrival,
  i: number,
  { promptOf }: LiveRunOptions,
): object {
  return {
    model: 'default',
    prompt: promptOf(i, promptTokens),
    max_tokens: outputTokens,
    ignore_eos: true,
    seed: i,
    service_tier: tier,
  };
}

/** Of an arrival that has targets of its own: a server whose tiers have none takes them as they are. */
function targetHeaders({ level }: Arrival): Record<string, string> {
  return level === undefined
    ? {}
    : { 'x-slo-ttft-ms': level.ttftMs.toFixed(3), 'x-slo-tpot-ms': level.tpotMs.toFixed(3) };
}

function callId(index: number): string {
  return `bench-${index}`;
}

/** Asks for decisions once nothing runs any more. */
async function lookUp(
  { url }: LiveServer,
  arrivals: readonly Arrival[],
  received: readonly (ReceivedAnswer | null)[],
): Promise<ServedRequest[]> {
  const served: ServedRequest[] = [];
  for (let from = 0; from < arrivals.length; from += CALLS_AT_ONCE) {
    const batch = arrivals.slice(from, from + CALLS_AT_ONCE);
    const trails = await Promise.all(batch.map((_, i) => fetchTrail(url, callId(from + i))));
    batch.forEach((arrival, i) => {
      const answer = received[from + i] ?? null;
      served.push(serve(arrival, answer, trails[i] ?? null));
    });
  }
  return served;
}

function serve(
  arrival: Arrival,
  received: ReceivedAnswer | null,
  trail: DecisionTrail | null,
): ServedRequest {
  const answer = received === null ? null : parseAnswer(received);
  const level =
    trail === null
      ? { tier: arrival.tier, ...UNKNOWN }
      : {
          tier: trail.service_tier,
          ttftMs: trail.targets.ttft_ms ?? Number.POSITIVE_INFINITY,
          tpotMs: trail.targets.tpot_ms ?? Number.POSITIVE_INFINITY,
          weight: 1,
        };
  return {
    arrival,
    received,
    level,
    course: answer === null || trail === null ? [] : tokenCourse(answer, trail),
  };
}
