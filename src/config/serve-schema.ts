import { z } from 'zod';
import { DEVICES, TOOL_FORMATS } from '../core/index.ts';
import { defaultThreads } from './default-threads.ts';
import { SETTING_RULES } from './setting-rules.ts';

export const POLICIES = ['fixed', 'load-threshold', 'slo'] as const;
export const PREFIX_CACHES = ['off', 'owner', 'shared'] as const;
/** Where gRPC is served if not on a port of its own. */
export const GRPC_PLACES = ['shared', 'off'] as const;
/** How calls of functions are written, if not as the model's chat template tells. */
export const TOOL_FORMAT_WORDS = ['auto', ...TOOL_FORMATS] as const;
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

const wholeNumber = (from: number, to: number) => z.int().min(from).max(to);
const milliseconds = wholeNumber(1, 3_600_000);

const bits = z.number().gt(0).max(64).nullable().default(null);
const target = z.number().gt(0).max(3_600_000).nullable().default(null);

/** A user in it would be shown wherever the address is; collectors take keys in headers. */
const HTTP_ADDRESS = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/;

/** As browsers write it: no path, no slash at the end. */
const WEB_ORIGIN = /^(\*|[a-z][a-z0-9+.-]*:\/\/[^\s/,*?#@]+)$/;

/** Settings of one tier; what is null derives from the machine. */
const tierSchema = z
  .strictObject({
    ttftMs: target.describe('target of the time to the first token, milliseconds'),
    tpotMs: target.describe('target of the time per token after the first, milliseconds'),
    weight: z
      .number()
      .gt(0)
      .max(1000)
      .nullable()
      .default(null)
      .describe("how much a missed target counts beside other tiers'"),
    minBits: bits.describe('average bits that requests are served at, at least'),
    maxBits: bits.describe('average bits that requests are served at, at most'),
    share: z
      .number()
      .gt(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('share of the waiting room that the tier may fill'),
  })
  .prefault({});

const settingsSchema = z.strictObject({
  model: z.string().min(1).nullable().default(null),
  host: z.string().min(1).default('127.0.0.1'),
  port: wholeNumber(0, 65_535).default(8080),
  slots: wholeNumber(1, 256).default(8),
  contextLength: wholeNumber(16, 1_048_576).nullable().default(null),
  threads: wholeNumber(1, 256).default(() => defaultThreads()),
  device: z.enum(DEVICES).default('auto'),
  deviceMemoryMb: wholeNumber(1, 1e7).nullable().default(null),
  prefillChunk: wholeNumber(1, 4096).default(128),
  maxWaiting: wholeNumber(0, 1_000_000).default(256),
  maxWorkTokens: wholeNumber(1, 1e9).nullable().default(null),
  maxBodyBytes: wholeNumber(1024, 1_073_741_824).default(2 * 1024 * 1024),
  headersTimeoutMs: milliseconds.default(10_000),
  requestTimeoutMs: milliseconds.default(30_000),
  keepAliveTimeoutMs: milliseconds.default(65_000),
  policy: z.enum(POLICIES).default('slo'),
  tiers: z.strictObject({ priority: tierSchema, default: tierSchema, flex: tierSchema }).prefault({}),
  prefixCache: z.enum(PREFIX_CACHES).default('owner'),
  queueTimeoutMs: milliseconds.nullable().default(null),
  firstTokenTimeoutMs: milliseconds.nullable().default(null),
  totalTimeoutMs: milliseconds.nullable().default(null),
  grpcPort: z.union([wholeNumber(0, 65_535), z.enum(GRPC_PLACES)]).default('shared'),
  grpcHost: z.string().min(1).nullable().default(null),
  grpcTlsCert: z.string().min(1).nullable().default(null),
  grpcTlsKey: z.string().min(1).nullable().default(null),
  grpcTlsClientCa: z.string().min(1).nullable().default(null),
  grpcKeepAliveMs: milliseconds.default(60_000),
  metricsPort: z
    .union([wholeNumber(0, 65_535), z.literal('off')])
    .nullable()
    .default(null),
  toolFormat: z.enum(TOOL_FORMAT_WORDS).default('auto'),
  adminPort: wholeNumber(0, 65_535).nullable().default(null),
  keys: z.string().min(1).nullable().default(null),
  keyEntries: z.array(z.unknown()).nullable().default(null),
  redisUrl: z.string().min(1).nullable().default(null),
  corsOrigins: z.array(z.string().regex(WEB_ORIGIN)).default([]),
  stalledReaderMs: milliseconds.default(60_000),
  decisionLog: wholeNumber(0, 100_000).default(1000),
  record: z.string().min(1).nullable().default(null),
  recordMaxBytes: wholeNumber(1024, 1e12).default(256 * 1024 * 1024),
  dashboard: z.boolean().default(true),
  drainMs: wholeNumber(0, 3_600_000).default(30_000),
  drainDelayMs: wholeNumber(0, 3_600_000).default(0),
  loadTimeoutMs: milliseconds.nullable().default(null),
  stallTimeoutMs: wholeNumber(0, 3_600_000).default(10_000),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  logFormat: z.enum(LOG_FORMATS).default('json'),
  otlpEndpoint: z.string().regex(HTTP_ADDRESS).nullable().default(null),
  traceSampleRatio: z.number().min(0).max(1).default(1),
  insecure: z.boolean().default(false),
});

/** Settings of `quept serve`. Every key may come from a flag, the environment or the config file. */
export const serveSchema = SETTING_RULES.reduce(
  (schema, { key, holds, message }) =>
    // Even where a key is at fault, so that one start tells everything.
    schema.refine(holds, { path: [key], message, when: () => true }),
  settingsSchema,
);

export type ServeConfig = Readonly<z.infer<typeof serveSchema>>;

interface KeyDescription {
  /** How a text from a flag or the environment is read. */
  readonly kind: 'text' | 'number' | 'decimal' | 'switch' | 'json' | 'list';
  /** Name of the flag's argument in `--help`; null for a switch. */
  readonly argument: string | null;
  /** Completes "must be …". */
  readonly requirement: string;
  /** Of a switch that is on: `--no-` and its name switches it off. */
  readonly on?: true;
  /** Ends with the default in brackets. */
  readonly help: string;
  /** The value is never shown. */
  readonly secret?: true;
  /** The default is not the same on every machine. */
  readonly varies?: true;
  /** Variables that other programs read too, and that set this unless its own one does. */
  readonly alsoVariables?: readonly string[];
}

const number = (argument: string, requirement: string, help: string): KeyDescription => ({
  kind: 'number',
  argument,
  requirement,
  help,
});
const period = (help: string, from = 1): KeyDescription =>
  number('ms', `a whole number of milliseconds from ${from} to 3600000`, help);

/** What people read about each key: in `--help` and in the message about a wrong value. */
export const SERVE_KEYS: { readonly [Key in keyof ServeConfig]: KeyDescription } = {
  model: {
    kind: 'text',
    argument: 'dir',
    requirement: 'a path',
    help: 'the artefact to serve (the model that comes with the package)',
  },
  host: { kind: 'text', argument: 'address', requirement: 'an address', help: 'address to bind (127.0.0.1)' },
  port: number('n', 'a whole number from 0 to 65535', 'port to bind; 0 takes a free one (8080)'),
  slots: number('n', 'a whole number from 1 to 256', 'sequences held in memory at once (8)'),
  contextLength: number('tokens', 'a whole number from 16 to 1048576', "longest sequence (the model's)"),
  threads: {
    ...number('n', 'a whole number from 1 to 256', 'threads of the model (physical cores)'),
    varies: true,
  },
  device: {
    kind: 'text',
    argument: 'name',
    requirement: `one of ${DEVICES.join(', ')}`,
    help: 'what the model runs on: auto is a graphics device where there is a real one, else the processor (auto)',
  },
  deviceMemoryMb: number(
    'n',
    'a whole number of MiB from 1 to 10000000',
    'device memory that the model may take (90 % of what the device has, or half of memory that it shares)',
  ),
  prefillChunk: number('tokens', 'a whole number from 1 to 4096', 'prompt tokens per step (128)'),
  maxWaiting: number('n', 'a whole number from 0 to 1000000', 'requests that may wait; more get 503 (256)'),
  maxWorkTokens: number(
    'n',
    'a whole number from 1 to 1000000000',
    'tokens of all requests together, prompts and answers (no limit)',
  ),
  maxBodyBytes: number('bytes', 'a whole number from 1024 to 1073741824', 'largest request body (2097152)'),
  headersTimeoutMs: period("for a request's headers to arrive (10000)"),
  requestTimeoutMs: period('for a whole request to arrive (30000)'),
  keepAliveTimeoutMs: period('an idle connection is kept (65000)'),
  policy: {
    kind: 'text',
    argument: 'name',
    requirement: `one of ${POLICIES.join(', ')}`,
    help: 'how precision is chosen where a request leaves it open: fixed is the highest, slo lowers it to meet targets (slo)',
  },
  tiers: {
    kind: 'json',
    argument: 'json',
    requirement:
      'an object such as {"flex": {"maxBits": 6}}, with tiers priority, default, flex and in each ttftMs, tpotMs, ' +
      'weight, minBits, maxBits, share',
    help: 'targets and precision of the service tiers (from the machine)',
  },
  prefixCache: {
    kind: 'text',
    argument: 'for',
    requirement: `one of ${PREFIX_CACHES.join(', ')}`,
    help: 'prompts that begin alike are computed once: for requests of one owner, shared by all, or off (owner)',
  },
  queueTimeoutMs: period('a request may wait for a slot (no limit)'),
  firstTokenTimeoutMs: period('a request may wait for its first token (no limit)'),
  totalTimeoutMs: period('a request may take in all (no limit)'),
  drainMs: period('running requests may take after SIGTERM (30000)', 0),
  drainDelayMs: period('after SIGTERM in which the server is not ready but still takes requests (0)', 0),
  loadTimeoutMs: period('the model may take to load (60000, and 1000 more per 10 MB)'),
  stallTimeoutMs: period(
    'after which an engine that makes no progress is killed and started again, or 10 times its longest step if that is more; 0 is never (10000)',
    0,
  ),
  grpcPort: number(
    'n',
    "a whole number from 0 to 65535, 'shared' or 'off'",
    "port of gRPC; 0 takes a free one, 'shared' is --port, 'off' none (shared)",
  ),
  grpcHost: {
    kind: 'text',
    argument: 'address',
    requirement: 'an address',
    help: 'address to bind that port to (--host)',
  },
  grpcTlsCert: {
    kind: 'text',
    argument: 'file',
    requirement: 'a path',
    help: 'serve gRPC with TLS: certificate chain, PEM (off)',
  },
  grpcTlsKey: { kind: 'text', argument: 'file', requirement: 'a path', help: 'its private key, PEM (off)' },
  grpcTlsClientCa: {
    kind: 'text',
    argument: 'file',
    requirement: 'a path',
    help: 'answer only clients whose certificates these authorities have signed, PEM (off)',
  },
  grpcKeepAliveMs: period('after which an idle gRPC connection is asked for a sign of life (60000)'),
  metricsPort: number(
    'n',
    "a whole number from 0 to 65535, or 'off'",
    "port of its own for /metrics, on the same host; 0 takes a free one, 'off' counts nothing (--port)",
  ),
  toolFormat: {
    kind: 'text',
    argument: 'name',
    requirement: `one of ${TOOL_FORMAT_WORDS.join(', ')}`,
    help: 'how the model writes calls of functions, where its chat template does not tell; auto is as that has it (auto)',
  },
  adminPort: number(
    'n',
    'a whole number from 0 to 65535',
    'port of its own for /admin, on the same host; 0 takes a free one (none)',
  ),
  keys: {
    kind: 'text',
    argument: 'file',
    requirement: 'a path',
    help: 'JSON file of API keys, as hashes; see quept keys (none: loopback only)',
  },
  keyEntries: {
    kind: 'json',
    argument: 'json',
    requirement: 'a list of keys as in a keys file',
    help: 'the same without a file (none)',
    secret: true,
  },
  redisUrl: {
    kind: 'text',
    argument: 'url',
    requirement: 'a URL',
    help: "count the keys' limits together with other servers, in Redis or Valkey (each for itself)",
    secret: true,
  },
  corsOrigins: {
    kind: 'list',
    argument: 'origins',
    requirement: 'web origins such as https://app.example separated by commas, or *',
    help: 'web pages of these origins may call (none)',
  },
  stalledReaderMs: period('after which a client that takes nothing of its stream loses it (60000)'),
  decisionLog: number(
    'n',
    'a whole number from 0 to 100000',
    'newest requests whose scheduling can be looked up; 0 keeps none (1000)',
  ),
  record: {
    kind: 'text',
    argument: 'file',
    requirement: 'a path',
    help: 'write every scheduling decision to a new file, for replay (off)',
  },
  recordMaxBytes: number(
    'bytes',
    'a whole number from 1024 to 1000000000000',
    'size at which that file ends (268435456)',
  ),
  dashboard: {
    kind: 'switch',
    argument: null,
    requirement: 'true or false',
    help: 'the dashboard and playground at / (true)',
    on: true,
  },
  logLevel: {
    kind: 'text',
    argument: 'level',
    requirement: `one of ${LOG_LEVELS.join(', ')}`,
    help: 'logs (info)',
  },
  logFormat: {
    kind: 'text',
    argument: 'form',
    requirement: `one of ${LOG_FORMATS.join(', ')}`,
    help: 'a JSON object a line, or lines for people (json)',
  },
  otlpEndpoint: {
    kind: 'text',
    argument: 'url',
    requirement: 'an http or https address such as http://127.0.0.1:4318, without user and password',
    help: 'send traces to this OpenTelemetry collector, over HTTP (off)',
    alsoVariables: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
  },
  traceSampleRatio: {
    kind: 'decimal',
    argument: 'share',
    requirement: 'a number from 0 to 1',
    help: 'share of the requests that are traced, of those whose caller has not decided it (1)',
  },
  insecure: {
    kind: 'switch',
    argument: null,
    requirement: 'true or false',
    help: 'allow a host that other machines can reach (false)',
  },
};
