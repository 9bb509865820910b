import { z } from 'zod';
import { DISTRIBUTION } from './distribution.ts';
import { OUTCOMES } from './load-record.ts';
import { LATENCY_TARGETS } from './load-targets.ts';

export const RESULT_FORMAT = 'quept-bench';
/** Goes up when a reader of the version before would misread a result. */
export const RESULT_VERSION = 1;

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const measure = z.number().min(0);

const OUTCOME_FIELDS = {
  scheduled: count,
  met: count,
  outcomes: z.object(
    Object.fromEntries(OUTCOMES.map((name) => [name, count])) as Record<
      (typeof OUTCOMES)[number],
      typeof count
    >,
  ),
  attainment: share,
  ttftAttainment: share,
  tpotAttainment: share,
  ttftMs: DISTRIBUTION.nullable(),
  tpotMs: DISTRIBUTION.nullable(),
  averageBits: measure.nullable(),
  qualityWeight: share.nullable(),
};

const OUTCOMES_SCHEMA = z.object(OUTCOME_FIELDS);
export type LoadOutcomes = z.infer<typeof OUTCOMES_SCHEMA>;

/** One run of the open loop at one rate. */
const LOAD_RUN = z.object({
  rate: measure.nullable(),
  seconds: measure,
  warmupSeconds: measure,
  scheduledRate: measure,
  ...OUTCOME_FIELDS,
  goodput: measure,
  qualityWeightedGoodput: measure,
  completedPerSecond: measure,
  outputTokensPerSecond: measure,
  faults: z.record(z.string(), count),
  itlMs: DISTRIBUTION.nullable(),
  wholeMs: DISTRIBUTION.nullable(),
  lagMs: DISTRIBUTION.nullable(),
  tokens: z.object({
    output: count,
    countedBy: z.enum(['usage', 'chunks', 'both']),
    askedOutputMean: measure.nullable(),
    outputMean: measure.nullable(),
    askedPromptMean: measure.nullable(),
    promptMean: measure.nullable(),
    cachedMean: measure.nullable(),
    shorterThanAsked: count,
  }),
  precision: z
    .object({
      switches: count,
      configs: z.array(
        z.object({ id: z.string(), averageBits: measure.nullable(), weight: share, tokens: count }),
      ),
    })
    .nullable(),
  tiers: z.array(
    z.object({
      tier: z.string(),
      targets: LATENCY_TARGETS,
      ...OUTCOME_FIELDS,
      servedAs: z.record(z.string(), count),
    }),
  ),
  concurrency: z.object({ mean: measure, max: count }),
  timeline: z.object({
    windowSeconds: measure,
    points: z.array(
      z.object({
        seconds: measure,
        scheduledPerSecond: measure,
        completedPerSecond: measure,
        tokensPerSecond: measure,
        underWay: measure,
        averageBits: measure.nullable(),
        meanTtftMs: z.number().nullable(),
      }),
    ),
  }),
});

export type LoadRun = z.infer<typeof LOAD_RUN>;

/** One endpoint under a closed loop, or at a constant rate. */
const ENDPOINT_RUN = z.object({
  endpoint: z.string(),
  method: z.string(),
  path: z.string(),
  connections: z.int().positive(),
  /** Requests per second that were asked for; null for as many as the connections make. */
  rate: measure.nullable(),
  seconds: measure,
  sent: count,
  /** Answered with 2xx, and whole. */
  completed: count,
  requestsPerSecond: measure,
  megabytesPerSecond: measure,
  /** Of completed answers, from the sending to the last byte. */
  latencyMs: DISTRIBUTION.nullable(),
  statuses: z.record(z.string(), count),
  /** Streams that did not come to their end. */
  broken: count,
  connectionErrors: count,
  timeouts: count,
  /** Under way when the time was over. */
  unfinished: count,
  /** Null for endpoints that make no text, and servers that do not count it. */
  outputTokensPerSecond: measure.nullable(),
});

export type EndpointRun = z.infer<typeof ENDPOINT_RUN>;

const ABOUT = {
  format: z.literal(RESULT_FORMAT),
  version: z.literal(RESULT_VERSION),
  /** What to call it beside others. */
  label: z.string(),
  createdAt: z.iso.datetime(),
  toolVersion: z.string(),
  /** Ended before its time; what is here was measured until then. */
  interrupted: z.boolean(),
  target: z.object({
    url: z.string(),
    model: z.string(),
    contextLength: z.int().nullable(),
    ladder: z.array(z.object({ id: z.string(), averageBits: measure, weight: share })).nullable(),
  }),
  /** Of the load generator. */
  machine: z.object({
    cpu: z.string(),
    cores: z.int(),
    memoryGiB: z.number(),
    system: z.string(),
    node: z.string(),
  }),
  /** What was asked for, by option. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
};

export const OPEN_RESULT = z.object({
  ...ABOUT,
  kind: z.literal('open'),
  targets: z.object({ all: LATENCY_TARGETS, byTier: z.record(z.string(), LATENCY_TARGETS) }),
  runs: z.array(LOAD_RUN),
});

export const ENDPOINT_RESULT = z.object({
  ...ABOUT,
  kind: z.enum(['closed', 'rate']),
  runs: z.array(ENDPOINT_RUN),
});

export const BENCH_RESULT = z.discriminatedUnion('kind', [OPEN_RESULT, ENDPOINT_RESULT]);

export type OpenResult = z.infer<typeof OPEN_RESULT>;
export type EndpointResult = z.infer<typeof ENDPOINT_RESULT>;
export type BenchResult = z.infer<typeof BENCH_RESULT>;
