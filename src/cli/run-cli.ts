import { CommanderError } from 'commander';
import { QueptError } from '../core/index.ts';
import { BadNews, EXIT, reportFailure, type Streams } from './output.ts';
import { createProgram } from './program.ts';

/** Runs one command line (without `node` and script). Never throws; resolves to the exit code. */
export async function runCli(args: readonly string[], streams: Streams): Promise<number> {
  try {
    const program = await createProgram(args, streams);
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof BadNews) return error.exitCode;
    if (!(error instanceof CommanderError)) return reportFailure(error, args.includes('--json'), streams);
    if (error.exitCode === 0) return EXIT.ok;
    // Bare `quept` has already shown the help, on stderr.
    if (error.code === 'commander.help') return EXIT.usage;
    return reportFailure(usageFault(error), args.includes('--json'), streams);
  }
}

function usageFault(error: CommanderError): QueptError {
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new QueptError('invalid_usage', `${message} (see 'quept --help')`);
}
