import { parseArgs } from 'node:util';
import { readBuiltInProfile } from '../../simulation/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { textTable } from '../engine/text-table.ts';
import { measureOverhead, type Overhead } from './measure-overhead.ts';

// What the scheduler takes of a step, by the length of its queue.

const USAGE = `Measures what the real scheduler (slo, deadline) takes of a step while 8 requests decode, beside what the passes would
take by the profile cpu-135m: with targets that eight can keep, and with the usual ones, which they miss together, so that
the policies look for a way out in every step. In every step one request joins the queue and one leaves it.

npm run bench:scheduler -- [--rounds 9] [--steps 500] [--queued 10,100,1000,10000]
`;
const PROFILE = 'cpu-135m';
const DECODING = 8;
/** Of the time of a step: what the project asks of itself. */
const AIM = 0.02;

async function run(rounds: number, steps: number, queued: readonly number[]): Promise<void> {
  const machine = machineFacts();
  const command = `npm run bench:scheduler -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, '');
  const profile = await readBuiltInProfile(PROFILE);
  const overheads = await measureOverhead({ profile, decoding: DECODING, queued, rounds, steps });
  process.stdout.write(
    `Scheduler benchmark, ${new Date().toISOString()}\n` +
      `Command: ${command}\n` +
      `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}\n` +
      `Method: ${rounds} rounds of ${steps} steps, queues in turn; ${DECODING} requests decode, profile ${PROFILE}\n\n` +
      `${formatOverheads(overheads)}\n`,
  );
}

function formatOverheads(overheads: readonly Overhead[]): string {
  const microseconds = (ms: number) => (1000 * ms).toFixed(0);
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  const rows = overheads.map(
    ({ queued, pressed, rows: together, medianMs, medianRangeMs, p99Ms, medianShare, share }) => [
      pressed ? 'missed' : 'kept',
      String(queued),
      together.toFixed(1),
      microseconds(medianMs),
      medianRangeMs.map(microseconds).join(' to '),
      microseconds(p99Ms),
      percent(medianShare),
      percent(share),
      share <= AIM ? 'met' : 'missed',
    ],
  );
  const aim = `at most ${100 * AIM} %`;
  return textTable(
    ['targets', 'queued', 'rows', 'median, µs', 'rounds, µs', 'P99, µs', 'median step', 'all steps', aim],
    rows,
  );
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && value >= 1 && value <= 1_000_000) return value;
  throw new Error(`--${option}: '${text}' is no whole number from 1 to 1000000.`);
}

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { rounds: text, steps: text, queued: text, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    const queued = (values.queued ?? '10,100,1000,10000').split(',');
    await run(
      wholeNumber('rounds', values.rounds ?? '9'),
      wholeNumber('steps', values.steps ?? '500'),
      queued.map((length) => wholeNumber('queued', length)),
    );
  }
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
