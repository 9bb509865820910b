import type { ServiceTier } from '../../core/index.ts';
import {
  GENERATION_PATHS,
  type GenerationEndpoint,
  type GenerationWish,
  generationBody,
} from './generation-body.ts';
import { judgeLoad } from './judge-load.ts';
import type { ScheduledRequest } from './load-record.ts';
import { loadSchedule, type ScheduleOptions } from './load-schedule.ts';
import { type LoadTarget, targetUrl } from './load-target.ts';
import { type TargetTable, targetsOf } from './load-targets.ts';
import { type OpenLoopControl, runOpenLoop } from './open-loop.ts';
import { type PromptWords, promptText } from './prompt-words.ts';
import type { LoadRun } from './result-schema.ts';
import type { ServerFacts } from './server-facts.ts';

export interface OpenTestOptions {
  readonly target: LoadTarget;
  readonly facts: ServerFacts;
  readonly endpoint: GenerationEndpoint;
  readonly wish: GenerationWish;
  readonly words: PromptWords;
  readonly schedule: ScheduleOptions;
  /** Requests per second, one run each; null for a trace as it is. */
  readonly rates: readonly (number | null)[];
  readonly targets: TargetTable;
  /** Whether each request tells its targets in headers. */
  readonly sendTargets: boolean;
  readonly control: Omit<OpenLoopControl, 'onProgress' | 'signal'>;
  readonly signal: AbortSignal;
  /** Of all runs together. */
  readonly onProgress: (ended: number, due: number, detail: string) => void;
}

export interface OpenTest {
  readonly runs: LoadRun[];
  readonly interrupted: boolean;
  /** What of the schedules did not fit into the context. */
  readonly clipped: { readonly prompts: number; readonly outputs: number };
}

/** Another run, other texts: nothing of the run before can be reused. */
const SEEDS_PER_TEST = 1_000;

/** Runs the open loop at each rate in turn, each on a server that has nothing left to do. */
export async function runOpenTest(options: OpenTestOptions): Promise<OpenTest> {
  const { rates, schedule, signal, targets, facts } = options;
  const workloads = rates.map((rate) => ({ rate, workload: loadSchedule(schedule, rate) }));
  const due = workloads.reduce((sum, { workload }) => sum + workload.arrivals.length, 0);
  const warmupMs = 1000 * schedule.warmupSeconds;
  const runs: LoadRun[] = [];
  let before = 0;
  for (const [i, { rate, workload }] of workloads.entries()) {
    if (signal.aborted) break;
    const { records, interruptedAtMs } = await runOpenLoop(
      {
        url: targetUrl(options.target, GENERATION_PATHS[options.endpoint]),
        requests: workload.arrivals,
        bodyOf: (request, index) =>
          bodyOf(options, request, { seed: SEEDS_PER_TEST * schedule.seed + i, index }),
        headersOf: (request) => headersOf(options, request.tier),
      },
      {
        ...options.control,
        signal,
        onProgress: (ended, underWay) => {
          const at = rate === null ? '' : `at ${rate}/s, `;
          options.onProgress(before + ended, due, `${at}${underWay} under way`);
        },
      },
    );
    before += workload.arrivals.length;
    const spanMs = Math.min(workload.spanMs, interruptedAtMs ?? workload.spanMs);
    // An interruption within the warm-up leaves nothing to judge.
    if (spanMs <= warmupMs) break;
    runs.push(judgeLoad({ records, rate, warmupMs, spanMs, targets, ladder: facts.ladder }));
  }
  const total = (of: (workload: ReturnType<typeof loadSchedule>) => number): number =>
    workloads.reduce((sum, { workload }) => sum + of(workload), 0);
  return {
    runs,
    interrupted: signal.aborted,
    clipped: {
      prompts: total(({ clippedPrompts }) => clippedPrompts),
      outputs: total(({ clippedOutputs }) => clippedOutputs),
    },
  };
}

function bodyOf(
  { endpoint, wish, words, schedule }: OpenTestOptions,
  { promptTokens, outputTokens, tier }: ScheduledRequest,
  draw: { readonly seed: number; readonly index: number },
): string {
  const text = promptText(words, promptTokens, draw);
  const named = schedule.tiers === null ? null : tier;
  return JSON.stringify(generationBody(endpoint, wish, { text, outputTokens, stream: true, tier: named }));
}

function headersOf(
  { target, targets, sendTargets }: OpenTestOptions,
  tier: ServiceTier,
): Record<string, string> {
  const { ttftMs, tpotMs } = targetsOf(targets, tier);
  return {
    ...target.headers,
    ...(sendTargets && ttftMs !== null && { 'x-slo-ttft-ms': String(ttftMs) }),
    ...(sendTargets && tpotMs !== null && { 'x-slo-tpot-ms': String(tpotMs) }),
  };
}
