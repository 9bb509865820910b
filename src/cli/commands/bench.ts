import type { Command } from 'commander';
import { type BenchResult, ENDPOINT_NAMES, parseResult } from '../../bench/index.ts';
import { QueptError } from '../../core/index.ts';
import { benchEndpoints } from '../bench/bench-endpoints.ts';
import { prepareBenchFiles } from '../bench/bench-files.ts';
import {
  addEndpointOptions,
  addOpenOptions,
  type EndpointFlags,
  type OpenFlags,
} from '../bench/bench-flags.ts';
import { benchOpen } from '../bench/bench-open.ts';
import { formatResults } from '../bench/bench-result.ts';
import { defineCommand } from '../define-command.ts';
import { interruptible } from '../interrupt.ts';
import { BadNews, createOutput, EXIT, type Output, type Streams } from '../output.ts';
import { readText } from '../read-text.ts';

interface CompareFlags {
  readonly compare?: readonly string[];
  readonly html?: string;
  readonly json?: boolean;
}

export function registerBench(program: Command, streams: Streams): void {
  const bench = defineCommand(program, {
    usage: 'bench',
    summary: 'load any server that speaks the OpenAI API, and tell what it stands',
    description:
      "Loads a server and measures what its clients see. 'bench open' sends requests at their own times, whatever " +
      "becomes of the answers: for latency and goodput. 'bench closed' and 'bench rate' run autocannon on every " +
      'endpoint: for throughput. --compare puts results of either side by side, with ratios to the first.',
    examples: [
      'bench open --url http://127.0.0.1:8080 --rate 4 --ttft 500 --tpot 100 --html load.html',
      'bench closed --url http://127.0.0.1:8080 --out closed.json',
      'bench --compare quept.json peer.json --html compare.html',
    ],
  })
    .option('--compare <files...>', 'results that --out wrote; one alone is shown again')
    .option('--html <file>', 'write the comparison as a page')
    .enablePositionalOptions()
    .action((flags: CompareFlags) => compare(flags, createOutput(flags.json === true, streams)));
  registerOpen(bench, streams);
  registerEndpoints(bench, streams, false);
  registerEndpoints(bench, streams, true);
}

function registerOpen(bench: Command, streams: Streams): void {
  const command = defineCommand(bench, {
    usage: 'open',
    summary: 'requests at their own times: latency, goodput, precision',
    description:
      'Sends requests at random (--arrivals poisson, gamma), at even distances (constant) or as a trace has them ' +
      '(--trace), and never waits for an answer to send the next. Times count from when a request was due, so what a ' +
      'server makes wait is in them. Goodput are the requests per second that met all their targets; those refused, ' +
      'failed, dropped or unfinished have missed.',
    examples: [
      'bench open --url http://127.0.0.1:8080 --rates 1,2,4,8 --ttft 500 --tpot 100 --html sweep.html',
      'bench open --url http://127.0.0.1:8080 --rate 3 --cv 3 --tiers priority:1,flex:3 --out bursts.json',
      'bench open --url http://127.0.0.1:8000/v1 --trace azure.csv --speed 2 --rate 2 --length-scale 0.25',
    ],
  });
  addOpenOptions(command).action((flags: OpenFlags) =>
    deliver(flags, createOutput(flags.json === true, streams), benchOpen),
  );
}

function registerEndpoints(bench: Command, streams: Streams, hasRate: boolean): void {
  const name = hasRate ? 'rate' : 'closed';
  const command = defineCommand(bench, {
    usage: name,
    summary: hasRate
      ? 'every endpoint at a constant rate, by autocannon'
      : 'every endpoint as fast as its connections go, by autocannon',
    description:
      `Runs autocannon on one endpoint after the other${hasRate ? ', at a rate over all connections' : ''}. A connection sends its next ` +
      'request when the one before is answered, so a slow server is asked less: for latency under load that comes ' +
      `regardless, take 'bench open'. Endpoints: ${ENDPOINT_NAMES.join(', ')}.`,
    examples: [
      `bench ${name} --url http://127.0.0.1:8080${hasRate ? ' --rate 20' : ''} --endpoints chat,chat-stream,health`,
      `bench ${name} --url http://127.0.0.1:8080${hasRate ? ' --rate 20' : ''} --connections 16 --seconds 20 --html ${name}.html`,
    ],
  });
  addEndpointOptions(command, hasRate).action((flags: EndpointFlags) =>
    deliver(flags, createOutput(flags.json === true, streams), benchEndpoints),
  );
}

/** Runs a test, and tells and writes what came of it, also of one that was interrupted. */
async function deliver<Flags extends { readonly out?: string; readonly html?: string }>(
  flags: Flags,
  output: Output,
  test: (flags: Flags, output: Output, signal: AbortSignal) => Promise<BenchResult>,
): Promise<void> {
  const files = await prepareBenchFiles(flags);
  const result = await interruptible(
    (signal) => test(flags, output, signal),
    'nothing had been measured yet, and nothing was written',
  );
  await show([result], result, files, output);
  if (!result.interrupted) return;
  output.note('interrupted: the result is of what was measured until then');
  throw new BadNews('interrupted', EXIT.interrupted);
}

async function compare({ compare: paths = [], ...flags }: CompareFlags, output: Output): Promise<void> {
  if (paths.length === 0) {
    throw new QueptError(
      'invalid_usage',
      "bench: name what to do: open, closed, rate, or --compare A.json B.json (see 'quept bench --help')",
    );
  }
  const files = await prepareBenchFiles(flags);
  const results = await Promise.all(
    paths.map(async (path) => parseResult(await readText(path, '--compare'), `--compare: ${path}`)),
  );
  await show(results, { results }, files, output);
}

async function show(
  results: readonly BenchResult[],
  document: object,
  files: Awaited<ReturnType<typeof prepareBenchFiles>>,
  output: Output,
): Promise<void> {
  try {
    await files.write(results, output);
  } catch (error) {
    output.note(formatResults(results)); // A full disk does not cost the result.
    throw error;
  }
  output.result(document, () => formatResults(results));
}
