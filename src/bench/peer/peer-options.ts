import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { QueptError } from '../../core/index.ts';
import { DEFAULT_LOAD, type PeerLoad, QUICK_LOAD } from './peer-load.ts';

export interface PeerOptions {
  readonly rounds: number;
  readonly out: string;
  readonly load: PeerLoad;
  readonly help: boolean;
}

export const PEER_USAGE = `npm run bench:peer -- [options]

Our server (fixed at 8 bits, fixed at 4, slo) and node-llama-cpp behind the same API (Q8_0, Q4_0), a random 135M model,
loaded by 'quept bench' in turns. Linux on x64; run it on a quiet machine.

  --rounds N   every server once in each (default 3; with --quick 1)
  --rates A,B  requests per second of the open loop (default ${DEFAULT_LOAD.rates.join(',')})
  --ttft MS    target of the first token (default ${DEFAULT_LOAD.ttftMs})
  --tpot MS    target of the time per token behind it (default ${DEFAULT_LOAD.tpotMs})
  --out DIR    turns, summary.md, summary.svg, open.html, closed.html (default .cache/bench/peer; with --quick
               .cache/bench/peer-quick). Turns that are there are kept: delete the folder to start afresh
  --quick      a short load: shows that it works, not how fast
`;

const MOST_ROUNDS = 100;

/** Throws QueptError `invalid_usage` naming the option. */
export function parsePeerOptions(args: readonly string[]): PeerOptions {
  const values = parse(args);
  const quick = values.quick === true;
  const load = quick ? QUICK_LOAD : DEFAULT_LOAD;
  return {
    rounds: rounds(values.rounds ?? (quick ? '1' : '3')),
    out: values.out ?? join('.cache', 'bench', quick ? 'peer-quick' : 'peer'),
    load: {
      ...load,
      rates: values.rates === undefined ? load.rates : rateList(values.rates),
      ttftMs: positive('ttft', values.ttft, load.ttftMs),
      tpotMs: positive('tpot', values.tpot, load.tpotMs),
    },
    help: values.help === true,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        rounds: text,
        rates: text,
        ttft: text,
        tpot: text,
        out: text,
        quick: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function rounds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MOST_ROUNDS) return value;
  throw usage(`--rounds must be a whole number from 1 to ${MOST_ROUNDS}, not '${text}'.`);
}

function rateList(text: string): number[] {
  const rates = text.split(',').map(Number);
  if (rates.every((rate, i) => Number.isFinite(rate) && rate > (rates[i - 1] ?? 0))) return rates;
  throw usage(`--rates must be numbers above 0, ascending, like 1,2,4, not '${text}'.`);
}

function positive(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw usage(`--${name} must be a number above 0, not '${text}'.`);
}

function usage(message: string): QueptError {
  return new QueptError('invalid_usage', message);
}
