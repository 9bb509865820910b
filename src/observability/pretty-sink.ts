import type { LogSink } from './log-sink.ts';

const LEVEL_WIDTH = 5;

/** Turns JSON lines into lines for people: time, level, message, then the fields as `name=value`. */
export function prettySink(sink: LogSink): LogSink {
  return { write: (line) => sink.write(`${prettyLine(line)}\n`) };
}

function prettyLine(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const told = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  const first = [time, String(level).toUpperCase().padEnd(LEVEL_WIDTH), msg, ...told].join(' ');
  const stack = (err as { stack?: string } | undefined)?.stack;
  return stack === undefined ? first : `${first}\n${indented(stack)}`;
}

/** Texts without spaces as they are, everything else as JSON: a line stays one, whatever is in it. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@*+-]+$/.test(value) ? value : JSON.stringify(value);
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
