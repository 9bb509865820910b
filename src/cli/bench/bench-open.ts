import { basename } from 'node:path';
import {
  countPrompt,
  type GenerationWish,
  learnWords,
  type OpenResult,
  parseTierTargets,
  runOpenTest,
  type ScheduleOptions,
  type TargetTable,
} from '../../bench/index.ts';
import { QueptError } from '../../core/index.ts';
import { parseLengthDistribution, parseTierMix, parseTrace } from '../../simulation/index.ts';
import type { Output } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { readText } from '../read-text.ts';
import type { BenchFlags, OpenFlags } from './bench-flags.ts';
import { describeTest } from './bench-result.ts';
import { openTarget } from './bench-target.ts';

const DEFAULT_LENGTHS = { prompt: '128~0.6', output: '64~0.6' };
const DEFAULT_CV = 2;

/** Runs the open loop as the flags say. */
export async function benchOpen(flags: OpenFlags, output: Output, signal: AbortSignal): Promise<OpenResult> {
  requireConsistent(flags);
  const targets = targetTable(flags);
  const schedule = await describeSchedule(flags);
  const { target, facts } = await openTarget(flags);
  const wish = generationWish(flags, facts.model);
  output.note(`${facts.model} at ${target.base.href}: learning what words cost`);
  const createdAt = new Date();
  const words = await learnWords((text) => countPrompt(target, flags.endpoint, wish, text));
  signal.throwIfAborted();
  let progress: Progress | null = null;
  const { runs, interrupted, clipped } = await runOpenTest({
    target,
    facts,
    endpoint: flags.endpoint,
    wish,
    words,
    schedule: { ...schedule, contextLength: flags.context ?? facts.contextLength },
    rates: flags.rates ?? [flags.rate ?? null],
    targets,
    sendTargets: flags.sloHeaders === true,
    control: {
      timeoutMs: 1000 * flags.timeout,
      drainMs: 1000 * flags.drain,
      mostUnderWay: flags.maxUnderWay,
    },
    signal,
    onProgress: (ended, due, detail) => {
      progress ??= createProgress(
        {
          label: 'loading',
          total: due,
          format: (n) => `${n < 10 ? n.toFixed(1).replace('.0', '') : Math.round(n)} requests`,
        },
        output.stderr,
      );
      progress.update(ended, detail);
    },
  });
  (progress as Progress | null)?.end();
  if (interrupted && runs.length === 0) signal.throwIfAborted();
  if (clipped.prompts + clipped.outputs > 0) {
    output.note(
      `clipped to the context: ${clipped.prompts} prompts and ${clipped.outputs} answers were longer`,
    );
  }
  if (words.source === 'assumed')
    output.note('the server counts no prompt tokens: prompts are taken to have a token a word');
  return {
    kind: 'open',
    ...describeTest(flags, {
      target,
      facts,
      createdAt,
      interrupted,
      settings: settingsOf(flags, words.source),
    }),
    targets: { all: targets.all, byTier: { ...targets.byTier } },
    runs,
  };
}

export function generationWish(
  { temperature, ignoreEos, precision }: BenchFlags,
  model: string,
): GenerationWish {
  return { model, temperature, ignoreEnd: ignoreEos, precision: precision ?? null };
}

function requireConsistent(flags: OpenFlags): void {
  const { trace, rate, rates, cv, speed, lengthScale } = flags;
  const arrivals = arrivalsOf(flags);
  if (rate !== undefined && rates !== undefined)
    throw usage('--rates', 'there is a --rate too. Leave out one');
  if (arrivals === 'trace' && trace === undefined) throw usage('--arrivals', 'name the trace with --trace');
  if (arrivals !== 'trace' && (rate ?? rates) === undefined)
    throw usage('--rate', 'name how many requests come per second');
  if (cv !== undefined && arrivals !== 'gamma')
    throw usage('--cv', 'it is for --arrivals gamma. Leave out one');
  if (speed !== undefined && arrivals !== 'trace')
    throw usage('--speed', 'it is for the times of a trace. Leave it out');
  if (lengthScale !== undefined && trace === undefined) {
    throw usage('--length-scale', 'it is for the lengths of a trace. Leave it out, or name a --trace');
  }
  if (trace !== undefined && (flags.promptTokens ?? flags.outputTokens) !== undefined) {
    const given = flags.promptTokens === undefined ? '--output-tokens' : '--prompt-tokens';
    throw usage(given, 'lengths come from the trace. Leave out one');
  }
  if (flags.slo !== undefined && flags.tiers === undefined) {
    throw usage('--slo', 'it is by tier. Name tiers with --tiers, or give --ttft and --tpot');
  }
  if (flags.sloHeaders === true && (flags.ttft ?? flags.tpot ?? flags.slo) === undefined) {
    throw usage('--slo-headers', 'there are no targets to tell. Give --ttft, --tpot or --slo');
  }
}

function arrivalsOf({ arrivals, trace, cv }: OpenFlags): NonNullable<OpenFlags['arrivals']> {
  return arrivals ?? (trace !== undefined ? 'trace' : cv !== undefined ? 'gamma' : 'poisson');
}

async function describeSchedule(flags: OpenFlags): Promise<Omit<ScheduleOptions, 'contextLength'>> {
  const { trace, cv, speed, lengthScale, promptTokens, outputTokens, tiers } = flags;
  const arrivals = arrivalsOf(flags);
  return {
    arrivals: arrivals === 'constant' ? 'even' : arrivals,
    gapVariation: cv ?? DEFAULT_CV,
    trace: trace === undefined ? null : parseTrace(await readText(trace, '--trace'), `--trace: ${trace}`),
    speed: speed ?? 1,
    lengthScale: lengthScale ?? 1,
    lengths: {
      prompt: parseLengthDistribution(promptTokens ?? DEFAULT_LENGTHS.prompt, '--prompt-tokens'),
      output: parseLengthDistribution(outputTokens ?? DEFAULT_LENGTHS.output, '--output-tokens'),
    },
    warmupSeconds: flags.warmup,
    seconds: flags.seconds,
    tiers: tiers === undefined ? null : parseTierMix(tiers, '--tiers'),
    seed: flags.seed,
  };
}

function targetTable({ ttft, tpot, slo }: OpenFlags): TargetTable {
  return {
    all: { ttftMs: ttft ?? null, tpotMs: tpot ?? null },
    byTier: slo === undefined ? {} : parseTierTargets(slo, '--slo'),
  };
}

function settingsOf(flags: OpenFlags, promptTokensBy: string): OpenResult['settings'] {
  const { trace } = flags;
  const fromTrace = trace !== undefined;
  return {
    endpoint: flags.endpoint,
    arrivals: arrivalsOf(flags),
    cv: arrivalsOf(flags) === 'gamma' ? (flags.cv ?? DEFAULT_CV) : null,
    trace: fromTrace ? basename(trace) : null,
    speed: flags.speed ?? null,
    'length-scale': flags.lengthScale ?? null,
    rates: flags.rates?.join(',') ?? flags.rate ?? null,
    'prompt-tokens': fromTrace ? null : (flags.promptTokens ?? DEFAULT_LENGTHS.prompt),
    'output-tokens': fromTrace ? null : (flags.outputTokens ?? DEFAULT_LENGTHS.output),
    'prompt-tokens-by': promptTokensBy,
    context: flags.context ?? null,
    tiers: flags.tiers ?? null,
    ttft: flags.ttft ?? null,
    tpot: flags.tpot ?? null,
    slo: flags.slo ?? null,
    'slo-headers': flags.sloHeaders === true,
    drain: flags.drain,
    'max-under-way': flags.maxUnderWay,
  };
}

function usage(option: string, message: string): QueptError {
  return new QueptError('invalid_usage', `${option}: ${message}.`);
}
