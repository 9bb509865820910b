import { Command } from 'commander';
import { EXIT_CODES, exampleText } from './define-command.ts';
import type { Streams } from './output.ts';
import { packageVersion } from './package-version.ts';

type Register = (program: Command, streams: Streams) => void;

/** Loaded on demand: most commands need the runtime's native libraries, and help needs none. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  serve: async () => (await import('./commands/serve.ts')).registerServe,
  config: async () => (await import('./commands/config.ts')).registerConfig,
  doctor: async () => (await import('./commands/doctor.ts')).registerDoctor,
  quantize: async () => (await import('./commands/quantize.ts')).registerQuantize,
  calibrate: async () => (await import('./commands/calibrate.ts')).registerCalibrate,
  ladder: async () => (await import('./commands/ladder.ts')).registerLadder,
  generate: async () => (await import('./commands/generate.ts')).registerGenerate,
  eval: async () => (await import('./commands/eval.ts')).registerEval,
  profile: async () => (await import('./commands/profile.ts')).registerProfile,
  simulate: async () => (await import('./commands/simulate.ts')).registerSimulate,
  bench: async () => (await import('./commands/bench.ts')).registerBench,
  replay: async () => (await import('./commands/replay.ts')).registerReplay,
  keys: async () => (await import('./commands/keys.ts')).registerKeys,
  inspect: async () => (await import('./commands/inspect.ts')).registerInspect,
};

/** The command line's grammar, with the command that `args` name, or all of them when they name none. */
export async function createProgram(args: readonly string[], streams: Streams): Promise<Command> {
  const program = new Command('quept')
    .description('Serve one elastic language model, and answer each request at the precision it needs.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .exitOverride()
    // Of a command with commands of its own, options may have the same names as theirs.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
      // Faults are thrown and told once, in the same words as all others.
      outputError: () => {},
    })
    .addHelpText(
      'after',
      `\n${exampleText([
        'quantize ./tiny-llama ./tiny-llama-q --planes 4,4',
        'inspect ./tiny-llama-q',
        'serve --model ./tiny-llama-q --port 8080',
      ])}\n\n'quept help <command>' tells more.\n\n${EXIT_CODES}`,
    );
  const named = args[0] !== undefined && Object.hasOwn(COMMANDS, args[0]) ? args[0] : null;
  for (const [name, load] of Object.entries(COMMANDS)) {
    if (named === null || name === named) (await load())(program, streams);
  }
  return program;
}
