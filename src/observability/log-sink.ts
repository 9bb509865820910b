/** A sink of finished JSON lines, each ended by a newline. */
export interface LogSink {
  write(line: string): void;
}
