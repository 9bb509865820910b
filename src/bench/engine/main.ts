import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { QueptError } from '../../core/index.ts';
import { BENCH_USAGE, type BenchOptions, parseBenchOptions } from './bench-options.ts';
import { formatReport } from './bench-report.ts';
import { openContenders } from './contenders.ts';
import { machineFacts } from './machine-facts.ts';
import { runRounds } from './run-rounds.ts';

/** The repository, seen from dist/bench/engine. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function run(args: readonly string[], options: BenchOptions): Promise<void> {
  const machine = machineFacts();
  const command = ['npm run bench:engine', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const date = new Date().toISOString();
  const { rounds, steps, threads, withPeer, jsonPath } = options;
  log('loading contenders ...');
  const contenders = await openContenders({ root: ROOT, threads, withPeer });
  try {
    const results = await runRounds(contenders, options, (what) => log(`measuring: ${what} ...`));
    const heading = [
      `Engine benchmark, ${date}`,
      `Command: ${command}`,
      `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
      `Software: Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}`,
      `Method: ${rounds} rounds, contenders in turn; a round is the median of ${steps} steps (one for prefill)`,
    ].join('\n');
    process.stdout.write(`${heading}\n\n${formatReport(results)}\n`);
    if (jsonPath !== null) {
      const settings = { rounds, steps, threads };
      const record = { date, command, machine, options: settings, ...results };
      await writeFile(jsonPath, `${JSON.stringify(record, null, 2)}\n`);
    }
  } finally {
    await Promise.all(contenders.map((contender) => contender.process.stop()));
  }
}

const args = process.argv.slice(2);
try {
  const options = parseBenchOptions(args);
  if (options.help) process.stdout.write(BENCH_USAGE);
  else await run(args, options);
} catch (error) {
  const text = error instanceof QueptError || !(error instanceof Error) ? String(error) : error.stack;
  log(`bench: ${error instanceof QueptError ? error.message : text}`);
  process.exitCode = error instanceof QueptError && error.code === 'invalid_usage' ? 2 : 1;
}
