import { parseArgs } from 'node:util';
import { median } from '../../numerics/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { textTable } from '../engine/text-table.ts';
import { measureRate } from './measure-rate.ts';
import { WATCHES, type WatchName } from './watches.ts';

// What it costs that a server is watched: tokens per second with metrics that are scraped, traces that are collected and
// logs that are read, against nothing of it, in turns.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    streams: { type: 'string', default: '8' },
    tokens: { type: 'string', default: '200' },
    requests: { type: 'string', default: '24' },
    each: { type: 'boolean', default: false },
    model: { type: 'string' },
  },
});
const [rounds, streams, tokens, requests] = [
  values.rounds,
  values.streams,
  values.tokens,
  values.requests,
].map(Number) as [number, number, number, number];
const names: readonly WatchName[] = values.each ? ['off', 'metrics', 'logs', 'traces', 'on'] : ['off', 'on'];

const load = { streams, tokens, requests, model: values.model ?? null };
const rates = new Map<WatchName, number[]>(names.map((name) => [name, []]));
const others: number[] = [];
for (let round = 0; round < rounds; round++) {
  // Each goes first as often as it goes last, so that a machine that slows down favours none.
  const order = round % 2 === 0 ? names : [...names].reverse();
  for (const name of order) {
    const { tokensPerSecond: rate, others: share } = await measureRate(WATCHES[name], load);
    rates.get(name)?.push(rate);
    others.push(share ?? Number.NaN);
    process.stderr.write(`round ${round + 1} of ${rounds}, ${name}: ${rate.toFixed(1)} tokens/s\n`);
  }
}

const off = rates.get('off') ?? [];
const rows = names.map((name) => {
  const measured = rates.get(name) ?? [];
  // Round by round: what the machine does in a round it does to both.
  const costs = measured.map((rate, i) => 100 * (1 - rate / (off[i] ?? rate)));
  const spread = `${Math.min(...costs).toFixed(1)} to ${Math.max(...costs).toFixed(1)}`;
  return [name, median(measured).toFixed(1), median(costs).toFixed(2), name === 'off' ? '' : spread];
});
const machine = machineFacts();
process.stdout.write(
  [
    `Cost of being watched, ${new Date().toISOString()}`,
    `Command: npm run bench:observability -- ${process.argv.slice(2).join(' ')}`.trimEnd(),
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}; other programs took ${(100 * Math.max(...others)).toFixed(1)} % of it at most`,
    `${streams} streams at once, ${requests} answers of ${tokens} tokens on each; medians of ${rounds} rounds in turns, each on a server of its own; load generator, collector and scraper run on the same cores, and take of them only where they are on`,
    '',
    textTable(['watched by', 'tokens/s', 'cost, %', 'of rounds, %'], rows),
    '',
  ].join('\n'),
);
