export {
  createLogger,
  LOG_LEVELS,
  type LoggerOptions,
  type LogLevel,
  type LogSink,
} from './create-logger.ts';
export type { LogFields, Logger } from './logger.ts';
