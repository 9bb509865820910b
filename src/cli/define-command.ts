import type { Command } from 'commander';

interface CommandText {
  /** Name and arguments as in a usage line: `inspect <model>`. */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What the command does, a few sentences. */
  readonly description: string;
  /** Command lines worth copying, without the leading `quept`. */
  readonly examples: readonly string[];
}

/** Adds a command with what every command has: `--json`, examples and exit codes in its help. */
export function defineCommand(
  program: Command,
  { usage, summary, description, examples }: CommandText,
): Command {
  return program
    .command(usage)
    .summary(summary)
    .description(description)
    .option('--json', 'print one JSON document on stdout; everything else goes to stderr')
    .addHelpText('after', `\n${exampleText(examples)}\n\n${EXIT_CODES}`);
}

export const EXIT_CODES =
  'Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted.\n' +
  'QUEPT_DEBUG=1 adds stack traces to error messages.';

export function exampleText(examples: readonly string[]): string {
  return ['Examples:', ...examples.map((example) => `  $ quept ${example}`)].join('\n');
}
