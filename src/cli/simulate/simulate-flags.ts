import { type Command, InvalidArgumentError, Option } from 'commander';
import { BATCH_POLICIES, type BatchPolicyName } from '../../scheduler/index.ts';
import {
  type Bursts,
  DEFAULT_PROFILE,
  DEFAULT_TIERS,
  type LengthDistribution,
  ladderRates,
  parseLengthDistribution,
  parseTierMix,
  type StepChange,
  type TierMix,
} from '../../simulation/index.ts';
import { nonNegativeNumber, positiveNumber } from '../real-numbers.ts';
import { wholeNumberFrom } from '../whole-numbers.ts';

/** Rates to try, in requests per second or as multiples of capacity. */
export interface SweepFlag {
  /** Ascending. */
  readonly rates: readonly number[];
  readonly unit: 'per-second' | 'capacity';
}

/** What commander makes of the options of `simulate`. */
export interface SimulateFlags {
  readonly trace?: string;
  /** True without a number. */
  readonly poisson?: number | true;
  readonly smooth?: boolean;
  readonly bursts?: Bursts;
  readonly step?: StepChange;
  readonly scale?: number;
  readonly minutes?: number;
  readonly requests?: number;
  readonly promptTokens?: LengthDistribution;
  readonly outputTokens?: LengthDistribution;
  readonly tiers: TierMix;
  readonly ttft?: number;
  readonly tpot?: number;
  readonly policy?: readonly string[];
  readonly batchPolicy: BatchPolicyName;
  readonly sweep?: SweepFlag;
  readonly profile: string;
  readonly window?: number;
  readonly noise: number;
  readonly context?: number;
  readonly slots: number;
  readonly maxWaiting: number;
  readonly prefillChunk: number;
  readonly maxBatch?: number;
  readonly seed: number;
  readonly svg?: string;
  readonly json?: boolean;
}

export function addSimulateOptions(command: Command): Command {
  return command
    .option('--trace <file>', 'CSV of requests: TIMESTAMP,ContextTokens,GeneratedTokens')
    .option(
      '--poisson [rate]',
      'random arrivals, requests per second (default: the mean of the trace)',
      positiveNumber,
    )
    .option('--smooth', 'the requests of the trace at even distances')
    .option(
      '--bursts <on:off:times>',
      'seconds of bursts and of calm between, and how much denser a burst is',
      bursts,
    )
    .option(
      '--step <after:for:times>',
      'one step change: after seconds of calm, for seconds so many times as dense, then calm again',
      step,
    )
    .option('--scale <factor>', 'multiplies the rate of arrivals', positiveNumber)
    .option(
      '--minutes <n>',
      'take arrivals of so much simulated time (default: 10 for --poisson)',
      positiveNumber,
    )
    .option('--requests <n>', 'take so many requests at most', wholeNumberFrom(1))
    .option(
      '--prompt-tokens <length>',
      'without a trace: 256, 32..512 or median~sigma (default: 256~0.8)',
      length('--prompt-tokens'),
    )
    .option(
      '--output-tokens <length>',
      'without a trace: likewise (default: 128~0.6)',
      length('--output-tokens'),
    )
    .option('--tiers <mix>', 'shares of tiers: priority:0.1,default:0.7,flex:0.2', tiers, DEFAULT_TIERS)
    .option(
      '--ttft <ms>',
      'target of the default tier (default: by the machine and the prompt)',
      positiveNumber,
    )
    .option('--tpot <ms>', 'likewise, for the time per token', positiveNumber)
    .option(
      '--policy <names>',
      'what decides; several to compare, separated by commas or by repeating it',
      names,
    )
    .addOption(
      new Option('--batch-policy <name>', 'what decides who runs in a step, beside each policy')
        .choices(Object.keys(BATCH_POLICIES))
        .default('deadline'),
    )
    .option(
      '--sweep <rates>',
      'low..high:n or a,b,c; as multiples of capacity, or per second with /s: 0.1..2/s:8',
      sweep,
    )
    .option(
      '--window <seconds>',
      'of the course over time (default: by the length of the run)',
      positiveNumber,
    )
    .option(
      '--profile <name>',
      'what steps take: a profile that comes along, or a JSON file',
      DEFAULT_PROFILE,
    )
    .option('--noise <sigma>', 'spread of the time of equal steps, 0.1 for about 10 %', nonNegativeNumber, 0)
    .option('--context <tokens>', "longest sequence (default: the profile's)", wholeNumberFrom(16))
    .option('--slots <n>', 'sequences held at once', wholeNumberFrom(1), 8)
    .option('--max-waiting <n>', 'requests that may wait; more are refused', wholeNumberFrom(0), 256)
    .option('--prefill-chunk <tokens>', 'prompt tokens per step at most', wholeNumberFrom(1), 128)
    .option(
      '--max-batch <n>',
      'rows that decode in one batch at most (default: the slots)',
      wholeNumberFrom(1),
    )
    .option('--seed <n>', 'draws other arrivals, lengths, tiers and noise', wholeNumberFrom(0), 1)
    .option('--svg <file>', 'also draw the result, as SVG; replaces another SVG of this name');
}

function bursts(text: string): Bursts {
  const [on, off, times] = threeNumbers(text);
  if (on > 0 && off > 0 && times > 1) return { onMs: 1000 * on, offMs: 1000 * off, times };
  throw new InvalidArgumentError(
    'Give seconds of burst, seconds of calm, and a factor above 1, as in 60:120:3.',
  );
}

function step(text: string): StepChange {
  const [after, length, times] = threeNumbers(text);
  if (after > 0 && length > 0 && times > 1) return { afterMs: 1000 * after, forMs: 1000 * length, times };
  throw new InvalidArgumentError(
    'Give seconds before the rise, seconds that it lasts, and a factor above 1, as in 120:60:3.',
  );
}

/** Not a number for each where the text has not three parts. */
function threeNumbers(text: string): readonly [number, number, number] {
  const [a = Number.NaN, b = Number.NaN, c = Number.NaN, ...more] = text
    .split(':')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  return more.length === 0 ? [a, b, c] : [Number.NaN, Number.NaN, Number.NaN];
}

function sweep(text: string): SweepFlag {
  const [list, unit] = /^([\d.,]+)(\/s)?$/.exec(text.trim())?.slice(1) ?? [];
  const rates = list === undefined ? ladder(text) : list.split(',').map(Number);
  const ascending = rates.every((rate, i) => rate > (rates[i - 1] ?? 0));
  if (rates.length >= 2 && ascending) {
    return { rates, unit: unit === undefined && !text.includes('/s') ? 'capacity' : 'per-second' };
  }
  throw new InvalidArgumentError(
    'Give the lowest and the highest rate and how many, 2 or more: 0.2..3:8, or 0.1..2/s:8 for requests per second; or the rates, ascending: 0.5,1,2.',
  );
}

/** None where the text names no ladder. */
function ladder(text: string): number[] {
  const [low, high, points] =
    /^(\d*\.?\d+)\.\.(\d*\.?\d+)(?:\/s)?:(\d{1,3})$/.exec(text.trim())?.slice(1) ?? [];
  if (low === undefined) return [];
  return ladderRates({ low: Number(low), high: Number(high), points: Number(points) });
}

function length(option: string): (text: string) => LengthDistribution {
  return (text) => parseLengthDistribution(text, option);
}

function tiers(text: string): TierMix {
  return parseTierMix(text, '--tiers');
}

function names(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').map((name) => name.trim())];
}
