import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QueptError } from '../../core/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { CONTENDERS } from './peer-contenders.ts';
import { turnSeconds } from './peer-load.ts';
import { PEER_USAGE, type PeerOptions, parsePeerOptions } from './peer-options.ts';
import { peerPages } from './peer-pages.ts';
import { peerReport } from './peer-report.ts';
import { installPeer } from './peer-server.ts';
import type { PeerTurn } from './peer-turn.ts';
import { runTurn } from './run-turn.ts';
import { writePeerWeights } from './start-contender.ts';
import { TurnStore } from './turn-store.ts';

/** The repository, seen from dist/bench/peer. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Every server in turn, another first in each round. Turns that are there are taken as they are. */
async function makeTurns({ rounds, load }: PeerOptions, store: TurnStore): Promise<PeerTurn[]> {
  const plan = Array.from({ length: rounds }, (_, round) =>
    CONTENDERS.map((_, i) => CONTENDERS[(round + i) % CONTENDERS.length] ?? CONTENDERS[0]),
  ).flatMap((contenders, i) => contenders.map((contender) => ({ contender, round: i + 1 })));
  const turns: PeerTurn[] = [];
  const took: number[] = [];
  for (const [i, { contender, round }] of plan.entries()) {
    const kept = await store.read(contender, round);
    if (kept !== null) {
      turns.push(kept);
      continue;
    }
    const each = took.length > 0 ? took.reduce((a, b) => a + b) / took.length : turnSeconds(load);
    const minutes = ((plan.length - i) * each) / 60;
    note(
      `round ${round} of ${rounds}, ${contender} (${i + 1} of ${plan.length}), about ${minutes.toFixed(1)} minutes left`,
    );
    const fromMs = performance.now();
    const turn = await runTurn({ root: ROOT, contender, round, load, onStep: (what) => note(`  ${what}`) });
    await store.write(turn);
    turns.push(turn);
    took.push((performance.now() - fromMs) / 1000);
  }
  return turns;
}

async function run(args: readonly string[], options: PeerOptions): Promise<void> {
  const { load } = options;
  const out = resolve(ROOT, options.out);
  const store = await TurnStore.open(out, load);
  installPeer(ROOT);
  note('writing what weights are missing ...');
  await writePeerWeights(ROOT);
  const turns = await makeTurns(options, store);
  const machine = machineFacts();
  const heading = [
    `Our server and node-llama-cpp behind the same API, ${new Date().toISOString().slice(0, 10)}`,
    `Command: \`${['npm run bench:peer', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')}\``,
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}; the peer's library is told by tools/peer-llama/package.json`,
  ];
  const report = peerReport({ heading, load, turns });
  await writeFile(join(out, 'summary.md'), report);
  for (const [name, text] of peerPages(load, turns)) await writeFile(join(out, name), text);
  process.stdout.write(`${report}\n`);
  note(`written: summary.md, summary.svg, open.html, closed.html in ${relative(process.cwd(), out) || '.'}`);
}

// An interrupted run ends at once, and its servers with it.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code));

const args = process.argv.slice(2);
try {
  const options = parsePeerOptions(args);
  if (options.help) process.stdout.write(PEER_USAGE);
  else await run(args, options);
} catch (error) {
  const text = error instanceof QueptError || !(error instanceof Error) ? String(error) : error.stack;
  note(`bench: ${error instanceof QueptError ? error.message : text}`);
  process.exitCode = error instanceof QueptError && error.code === 'invalid_usage' ? 2 : 1;
}
