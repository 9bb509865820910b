import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderFigure } from '../../plot/index.ts';
import { openArtefact } from '../../quant/index.ts';
import { type CostProfile, parseCostProfile } from '../../simulation/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { textTable } from '../engine/text-table.ts';
import { type ChatRounds, measureChats } from './chat-gaps.ts';
import { comparePolicies } from './compare-policies.ts';
import { startLiveServer } from './live-server.ts';
import { liveWorkload } from './live-workload.ts';
import { watchOthers } from './other-processes.ts';
import { promptSource } from './prompt-source.ts';
import { quietMachine } from './quiet-machine.ts';
import { serverArguments } from './server-arguments.ts';
import { servingFigure } from './serving-figure.ts';
import { parseServingOptions, type ServingOptions, USAGE } from './serving-options.ts';
import { formatComparison } from './serving-report.ts';

// The real server under load, beside the simulator.

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROMPT_TEXTS = ['README.md', 'ARCHITECTURE.md', 'docs/simulation.md', 'docs/calibration.md'];
/** Longest gap of the chats beside prompts by that alone: what the project asks of itself. */
const CHAT_AIM = 2.5;

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function run(options: ServingOptions): Promise<void> {
  const directory = options.model ?? join(ROOT, 'models', 'quept-small');
  const artefact = await openArtefact(directory, { verify: false });
  await artefact.close();
  const { ladder, architecture } = artefact.manifest;
  const promptOf = await promptSource(
    directory,
    PROMPT_TEXTS.map((name) => join(ROOT, name)),
  );
  const machine = machineFacts();
  const heading = [
    `Serving benchmark, ${new Date().toISOString()}`,
    `Command: npm run bench:serving -- ${process.argv.slice(2).join(' ')}`,
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}; server and load generator share it`,
    `Model: ${artefact.manifest.name}, context ${architecture.contextLength}, ${ladder.map(({ id }) => id).join(', ')}; ${options.slots} slots`,
  ];
  if (options.chats !== null) {
    await runChats(options, options.chats, {
      heading,
      ladder,
      contextLength: architecture.contextLength,
      promptOf,
    });
    return;
  }
  const { workload, told } = await liveWorkload(options, architecture.contextLength);
  await quietMachine(options.waitQuietMs);
  const profile = await modelProfile(options, directory);
  const runs = await comparePolicies({
    serving: options,
    ladder,
    profile,
    contextLength: architecture.contextLength,
    workload,
    promptOf,
    note,
  });
  heading.push(`Arrivals: ${told}`);
  const overheads = runs.map(
    ({ policy, overhead: { stepMs, tokenMs } }) =>
      `${policy} ${stepMs.toFixed(2)} ms + ${tokenMs.toFixed(2)} ms a token`,
  );
  heading.push(`Beside its passes a step takes: ${overheads.join('; ')}`);
  if (options.svg !== null) {
    await save(
      options.svg,
      renderFigure(servingFigure(told, `${machine.cpu}, ${machine.cores} cores`, runs)),
    );
  }
  if (options.json !== null)
    await save(options.json, `${JSON.stringify({ heading, profile, runs }, null, 1)}\n`);
  process.stdout.write(`${heading.join('\n')}\n\n${formatComparison(runs)}\n`);
}

interface ChatSetting {
  readonly heading: readonly string[];
  readonly ladder: Parameters<typeof serverArguments>[2];
  readonly contextLength: number;
  readonly promptOf: (index: number, tokens: number) => readonly number[];
}

async function runChats(
  options: ServingOptions,
  chats: number,
  { heading, ladder, contextLength, promptOf }: ChatSetting,
): Promise<void> {
  const { rounds, promptsPerSecond, seed } = options;
  const results: { policy: string; others: number | null; measured: ChatRounds }[] = [];
  for (const policy of options.policies) {
    await quietMachine(options.waitQuietMs);
    // Chats bring no targets along: theirs are the server's own.
    const ownTargets = { ...options, serverTargets: true };
    const server = await startLiveServer(serverArguments(policy, ownTargets, ladder));
    try {
      const endWatch = await watchOthers([process.pid]);
      const measured = await measureChats(server, {
        chats,
        rounds,
        promptsPerSecond,
        contextLength,
        seed,
        promptOf,
      });
      const others = await endWatch();
      results.push({ policy, others, measured });
      note(
        `${policy}: ${measured.ratio.toFixed(2)} times; others took ${(100 * (others ?? Number.NaN)).toFixed(1)} % of the machine`,
      );
    } finally {
      await server.stop();
    }
  }
  const rows = results.flatMap(({ policy, measured: { quiet, loaded, ratio } }) =>
    quiet.map((alone, i) => {
      const beside = loaded[i] ?? alone;
      const ms = (value: number | null): string => (value === null ? '-' : value.toFixed(1));
      return [
        policy,
        ...[alone.p50, alone.p95, alone.p99].map(ms),
        ...[beside.p50, beside.p95, beside.p99, beside.longest].map(ms),
        (beside.p99 / alone.p99).toFixed(2),
        i === 0 ? `${ratio.toFixed(2)} ${ratio < CHAT_AIM ? 'met' : 'missed'}` : '',
        String(beside.prompts),
        ms(beside.promptTtftMs),
        beside.averageBits.toFixed(2),
      ];
    }),
  );
  if (options.json !== null) await save(options.json, `${JSON.stringify({ heading, results }, null, 1)}\n`);
  process.stdout.write(
    `${heading.join('\n')}\n${chats} streaming chats, alone and beside ${promptsPerSecond} prompts per second that fill the context; gaps between tokens, ms\n\n${textTable(
      [
        'policy',
        'alone P50',
        'P95',
        'P99',
        'beside P50',
        'P95',
        'P99',
        'longest',
        'P99 by P99',
        `below ${CHAT_AIM}`,
        'prompts',
        'TTFT',
        'bits',
      ],
      rows,
    )}\n`,
  );
}

/** Measured in a process of its own, as the server measures. */
async function modelProfile(
  { profile, slots, threads }: ServingOptions,
  directory: string,
): Promise<CostProfile> {
  const file = profile ?? join(ROOT, '.cache', 'bench', 'serving-profile.json');
  if (profile === null) {
    await mkdir(dirname(file), { recursive: true });
    const args = ['profile', directory, file, '--slots', String(slots)];
    if (threads !== null) args.push('--threads', String(threads));
    const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error('the profile could not be measured');
  }
  return parseCostProfile(await readFile(file, 'utf8'), file);
}

async function save(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

// Their own ends of the process, so that 'exit' is told.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  const options = parseServingOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(USAGE);
  else await run(options);
} catch (error) {
  note(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
