import { pino } from 'pino';
import { DescriptorSink } from './descriptor-sink.ts';
import type { LogSink } from './log-sink.ts';
import type { LeveledLogger } from './logger.ts';
import { maskSecrets } from './mask-secrets.ts';
import { prettySink } from './pretty-sink.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json` unless given; `pretty` is for people. */
  readonly format?: 'json' | 'pretty';
  readonly destination: 'stderr' | 'stdout' | LogSink;
}

/**
 * Fields that must not reach a log whoever passes them: the callers do not, and this keeps a later mistake from
 * becoming a leak.
 */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'apiKey',
  'api_key',
  'prompt',
  'messages',
  'content',
  'text',
] as const;

/** One JSON object a line: `level`, `time` (ISO 8601), the fields, `msg`; or the same for people. */
export function createLogger(options: LoggerOptions): LeveledLogger {
  const destination = openDestination(options.destination);
  const sink = options.format === 'pretty' ? prettySink(destination) : destination;
  return pino(
    {
      level: options.level,
      // pid and host are the supervisor's to add; they only make the lines longer here.
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]),
        censor: '[redacted]',
      },
    },
    { write: (line) => sink.write(maskSecrets(line)) },
  );
}

function openDestination(target: LoggerOptions['destination']): LogSink {
  switch (target) {
    case 'stderr':
      return new DescriptorSink(2);
    case 'stdout':
      return new DescriptorSink(1);
    default:
      return target;
  }
}
