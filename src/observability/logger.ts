/** Structured facts of one log line. Never prompts, outputs, keys or whole request headers. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where every adapter writes what an operator may want to know. `err` in the fields is shown with its stack. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: LogFields): Logger;
}

/** A logger whose level can be changed, for the loggers that are made of it later too. */
export interface LeveledLogger extends Logger {
  level: string;
}
