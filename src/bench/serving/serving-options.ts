import { parseArgs } from 'node:util';
import type { StepChange } from '../../simulation/index.ts';

export const USAGE = `Starts the real server, sends it requests over HTTP at their own times whatever becomes of the answers, and judges
what came back by the targets that the server gave each request. Then the same requests, with the same targets, go
through the simulator on a profile measured of the same model.

npm run bench:serving -- --trace azure.csv --rate 4 --minutes 2
npm run bench:serving -- --poisson --rate 4 --minutes 2 --step 30:30:3 --policies fixed-8,slo
npm run bench:serving -- --chats 6

--policies LIST       fixed-8, fixed-lowest, load-threshold, slo (all of them)
--trace FILE          Azure CSV; its first --trace-minutes (10) are thinned to the rate and taken in --minutes
--poisson             random arrivals, lengths of --prompt-tokens and --output-tokens, or of the trace
--rate R              requests per second (4)
--minutes M           of the run (2)
--length-scale X      multiplies the lengths of the trace (0.25)
--prompt-tokens L, --output-tokens L    256, 32..512 or median~sigma (96~0.7, 64~0.6)
--step AFTER:FOR:TIMES   seconds; the load rises once
--chats N             instead: the gaps of N streaming chats, alone and beside prompts that fill the context
--prompts-per-second R   of those prompts (4)
--rounds N            of chats (3)
--server-targets      targets as the server derives them at its start; else by its rule from the profile, alike for all
--wait-quiet S        before each policy wait until others take less than a tenth of the machine, so long at most (0)
--attempts N          per policy: again while others took more than 3 % of the machine during a run; the least disturbed counts (1)
--model DIR           artefact (the one that comes with the package)
--slots N, --threads N, --tiers JSON, --prefill-chunk N    handed to the server
--profile FILE        of the model, instead of measuring one (quept profile)
--seed N, --json FILE, --svg FILE
`;

export interface ServingOptions {
  readonly policies: readonly string[];
  readonly trace: string | null;
  readonly traceMinutes: number;
  readonly poisson: boolean;
  readonly rate: number;
  readonly minutes: number;
  readonly lengthScale: number;
  readonly promptTokens: string;
  readonly outputTokens: string;
  readonly step: StepChange | null;
  readonly chats: number | null;
  readonly promptsPerSecond: number;
  readonly rounds: number;
  readonly serverTargets: boolean;
  readonly attempts: number;
  readonly waitQuietMs: number;
  readonly model: string | null;
  readonly slots: number;
  readonly prefillChunk: number;
  readonly threads: number | null;
  readonly tiers: string | null;
  readonly profile: string | null;
  readonly seed: number;
  readonly json: string | null;
  readonly svg: string | null;
}

export const LIVE_POLICIES = ['fixed-8', 'fixed-lowest', 'load-threshold', 'slo'] as const;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Null where help is asked for. Throws Error that names the option at fault. */
export function parseServingOptions(args: readonly string[]): ServingOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { ...flag, short: 'h' },
      policies: text,
      trace: text,
      'trace-minutes': text,
      poisson: flag,
      rate: text,
      minutes: text,
      'length-scale': text,
      'prompt-tokens': text,
      'output-tokens': text,
      step: text,
      chats: text,
      'prompts-per-second': text,
      rounds: text,
      'server-targets': flag,
      'wait-quiet': text,
      attempts: text,
      model: text,
      slots: text,
      'prefill-chunk': text,
      threads: text,
      tiers: text,
      profile: text,
      seed: text,
      json: text,
      svg: text,
    },
  });
  if (values.help === true) return null;
  const number = (name: keyof typeof values, otherwise: number): number => {
    const given = values[name];
    return given === undefined ? otherwise : positive(name, String(given));
  };
  if (values.trace === undefined && values.poisson !== true && values.chats === undefined) {
    throw new Error('name what arrives: --trace FILE, --poisson, or --chats N.');
  }
  return {
    policies: policyNames(values.policies),
    trace: values.trace ?? null,
    traceMinutes: number('trace-minutes', 10),
    poisson: values.poisson === true,
    rate: number('rate', 4),
    minutes: number('minutes', 2),
    lengthScale: number('length-scale', 0.25),
    promptTokens: values['prompt-tokens'] ?? '96~0.7',
    outputTokens: values['output-tokens'] ?? '64~0.6',
    step: values.step === undefined ? null : stepOf(values.step),
    chats: values.chats === undefined ? null : whole('chats', values.chats),
    promptsPerSecond: number('prompts-per-second', 4),
    rounds: whole('rounds', values.rounds ?? '3'),
    serverTargets: values['server-targets'] === true,
    waitQuietMs: values['wait-quiet'] === undefined ? 0 : 1000 * number('wait-quiet', 0),
    attempts: whole('attempts', values.attempts ?? '1'),
    model: values.model ?? null,
    slots: whole('slots', values.slots ?? '8'),
    prefillChunk: whole('prefill-chunk', values['prefill-chunk'] ?? '128'),
    threads: values.threads === undefined ? null : whole('threads', values.threads),
    tiers: values.tiers ?? null,
    profile: values.profile ?? null,
    seed: whole('seed', values.seed ?? '1'),
    json: values.json ?? null,
    svg: values.svg ?? null,
  };
}

function policyNames(list: string = LIVE_POLICIES.join(',')): string[] {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(LIVE_POLICIES as readonly string[]).includes(name));
  if (unknown === undefined) return names;
  throw new Error(`--policies: '${unknown}' is none of ${LIVE_POLICIES.join(', ')}.`);
}

function stepOf(value: string): StepChange {
  const [after = Number.NaN, length = Number.NaN, times = Number.NaN] = value.split(':').map(Number);
  if (after > 0 && length > 0 && times > 1) return { afterMs: 1000 * after, forMs: 1000 * length, times };
  throw new Error(`--step: '${value}' is not like 30:30:3, seconds, seconds and a factor above 1.`);
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (number > 0 && number < 1e9) return number;
  throw new Error(`--${option}: '${value}' is no number above 0.`);
}

function whole(option: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new Error(`--${option}: '${value}' is no whole number from 1 on.`);
}
