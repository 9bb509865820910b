import { parseArgs } from 'node:util';
import { QueptError } from '../../core/index.ts';
import { MEASUREMENTS } from './scenarios.ts';

export interface BenchOptions {
  /** How often every contender is measured in turn. */
  readonly rounds: number;
  /** Timed decode steps per round; prefill takes one. */
  readonly steps: number;
  readonly threads: number;
  /** Ids of the measurements to make. */
  readonly only: readonly string[];
  readonly withPeer: boolean;
  /** Where to write the results, or null. */
  readonly jsonPath: string | null;
  readonly help: boolean;
}

export const BENCH_USAGE = `npm run bench:engine -- [options]

  --rounds N      rounds per measurement (default 9)
  --steps N       timed decode steps per round (default 12)
  --threads N     threads of every engine (default 2)
  --only A,B      only these of: ${MEASUREMENTS.join(', ')}
  --quick         2 rounds of 4 steps: shows that it works, not how fast
  --no-peer       our engine alone, without node-llama-cpp
  --json FILE     also write everything that was measured
`;

const DEFAULTS = { rounds: 9, steps: 12, threads: 2 };
const QUICK = { rounds: 2, steps: 4 };

/** Throws QueptError `invalid_usage` naming the option. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parse(args);
  const defaults = values.quick ? { ...DEFAULTS, ...QUICK } : DEFAULTS;
  return {
    rounds: count('rounds', values.rounds, defaults.rounds, 1000),
    // A round's steps must fit behind the start of the shortest sequence.
    steps: count('steps', values.steps, defaults.steps, 64),
    threads: count('threads', values.threads, defaults.threads, 256),
    only: values.only === undefined ? MEASUREMENTS : selection(values.only),
    withPeer: !values['no-peer'],
    jsonPath: values.json ?? null,
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        rounds: { type: 'string' },
        steps: { type: 'string' },
        threads: { type: 'string' },
        only: { type: 'string' },
        quick: { type: 'boolean' },
        'no-peer': { type: 'boolean' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most) {
    throw usage(`--${name} must be a whole number from 1 to ${most}, not '${text}'.`);
  }
  return value;
}

function selection(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  const unknown = ids.find((id) => !MEASUREMENTS.includes(id));
  if (unknown !== undefined) {
    throw usage(`--only has no measurement '${unknown}'; known are ${MEASUREMENTS.join(', ')}.`);
  }
  return MEASUREMENTS.filter((id) => ids.includes(id));
}

function usage(message: string): QueptError {
  return new QueptError('invalid_usage', message);
}
