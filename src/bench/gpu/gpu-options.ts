import { parseArgs } from 'node:util';
import { QueptError } from '../../core/index.ts';
import { GPU_SHAPES } from './gpu-shapes.ts';

export interface GpuBenchOptions {
  /** Names of shapes. */
  readonly shapes: readonly string[];
  /** Rows of a decode step. */
  readonly batches: readonly number[];
  /** Tokens of a sequence once a decode step has run. */
  readonly context: number;
  /** Tokens of a prompt, run in one pass. */
  readonly prompt: number;
  /** Timed steps of each series. */
  readonly steps: number;
  /** Of the device's memory, bytes per second; null to measure it. */
  readonly bandwidth: number | null;
  readonly jsonPath: string | null;
  readonly help: boolean;
}

export const GPU_BENCH_USAGE = `npm run bench:gpu -- [options]

Decode, prefill and switches of precision on the WebGPU device of this machine, beside what its memory allows.

  --shapes A,B      models of random weights (135m,1b); also tiny
  --batches A,B     rows of decode steps (1,2,4,8,16,32)
  --context N       tokens of each sequence in decode steps (256)
  --prompt N        tokens of a prefill pass (512)
  --steps N         timed steps of each series (30)
  --bandwidth N     GB/s of the device's memory, as its maker has it (measured)
  --quick           a tiny model and few steps: shows that it works, not how fast
  --json FILE       also write everything that was measured
`;

const DEFAULTS = { shapes: '135m,1b', batches: '1,2,4,8,16,32', context: '256', prompt: '512', steps: '30' };
const QUICK = { shapes: 'tiny', batches: '1,4', context: '16', prompt: '24', steps: '3' };
const GIGABYTE = 1e9;
const LONGEST = 2048;
const LARGEST_BATCH = 256;

/** Throws QueptError `invalid_usage` naming the option. */
export function parseGpuBenchOptions(args: readonly string[]): GpuBenchOptions {
  const values = { ...parse(args) };
  const given = { ...(values.quick ? QUICK : DEFAULTS), ...values };
  const unknown = list(given.shapes).find((name) => !Object.hasOwn(GPU_SHAPES, name));
  if (unknown !== undefined) {
    throw usage(`--shapes has no shape '${unknown}'; known are ${Object.keys(GPU_SHAPES).join(', ')}.`);
  }
  return {
    shapes: list(given.shapes),
    batches: list(given.batches).map((text) => count('batches', text, LARGEST_BATCH)),
    context: count('context', given.context, LONGEST),
    prompt: count('prompt', given.prompt, LONGEST),
    steps: count('steps', given.steps, 10_000),
    bandwidth:
      given.bandwidth === undefined ? null : count('bandwidth', given.bandwidth, 1_000_000) * GIGABYTE,
    jsonPath: given.json ?? null,
    help: given.help ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const isSet = { type: 'boolean' } as const;
  const options = {
    ...{ shapes: text, batches: text, context: text, prompt: text, steps: text, bandwidth: text },
    ...{ quick: isSet, json: text, help: { ...isSet, short: 'h' } },
  } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: false, options }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most) {
    throw usage(`--${name} takes whole numbers from 1 to ${most}, not '${text}'.`);
  }
  return value;
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function usage(message: string): QueptError {
  return new QueptError('invalid_usage', message);
}
