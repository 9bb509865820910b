import { isDebug } from '../config/index.ts';
import { type ErrorCode, QueptError } from '../core/index.ts';
import { loadFault } from './load-fault.ts';

/** Where text goes: a process's stdout and stderr, or a test's. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Streams {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin?: AsyncIterable<string | Buffer>;
}

/** What a command says. Results go to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  readonly stderr: TextSink;
  /** The command's one result: `document` with --json (keys in camelCase), the text otherwise. */
  result(document: unknown, text: () => string): void;
  /** One line for people. */
  note(line: string): void;
}

export function createOutput(json: boolean, { stdout, stderr }: Streams = process): Output {
  return {
    json,
    stderr,
    result: (document, text) => stdout.write(`${json ? JSON.stringify(document, null, 2) : text()}\n`),
    note: (line) => stderr.write(`${line}\n`),
  };
}

export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

const EXIT_OF: Partial<Record<ErrorCode, number>> = {
  invalid_usage: EXIT.usage,
  invalid_config: EXIT.usage,
  cancelled: EXIT.interrupted,
};

/** Ends a command whose result, which has been printed, is itself the bad news, or only a part. */
export class BadNews extends Error {
  readonly exitCode: number;

  constructor(message?: string, exitCode: number = EXIT.failure) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Tells a failure as `quept: message` on stderr and, with --json, as `{"error":{code,message}}` on stdout.
 * Faults of ours show their message too: whoever runs a command is the operator. Stacks need QUEPT_DEBUG=1.
 *
 * @returns the exit code
 */
export function reportFailure(thrown: unknown, json: boolean, { stdout, stderr }: Streams = process): number {
  const code = thrown instanceof QueptError ? thrown.code : 'internal_error';
  const message = loadFault(thrown);
  stderr.write(`quept: ${message}\n`);
  if (thrown instanceof Error && isDebug()) stderr.write(`${thrown.stack ?? ''}\n${causes(thrown)}`);
  if (json) stdout.write(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`);
  return EXIT_OF[code] ?? EXIT.failure;
}

/**
 * A reader that goes away (`quept inspect m | head`) ends the command without a word, but not one that serves on: a
 * server has said where it is, and what it does is for others. What cannot be written for another reason (a full disk)
 * fails a command, without ending what it does beside.
 */
export function surviveUnwritableOutput(
  { stdout, stderr }: typeof process,
  { servesOn }: { readonly servesOn: boolean },
): void {
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') {
        if (servesOn) return;
        process.exit(process.exitCode);
      }
      process.exitCode = EXIT.failure;
      if (stream === stdout) stderr.write(`quept: stdout cannot be written: ${error.message}\n`);
    });
  }
}

function causes(error: Error): string {
  const lines: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    lines.push(`caused by ${cause.stack ?? cause.message}\n`);
  }
  return lines.join('');
}
