import { readFile, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { defaultThreads } from '../../config/index.ts';
import { type Device, QueptError } from '../../core/index.ts';
import { type CostProfile, parseCostProfile } from '../../simulation/index.ts';
import { defineCommand } from '../define-command.ts';
import { deviceOption } from '../device-option.ts';
import { interruptible } from '../interrupt.ts';
import { measureProfile } from '../measured-profile.ts';
import { openLocalModel } from '../open-model.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatTable } from '../text-format.ts';
import { wholeNumberFrom } from '../whole-numbers.ts';

interface ProfileFlags {
  readonly slots: number;
  readonly threads: number;
  readonly rounds: number;
  readonly context?: number;
  readonly device: Device;
  readonly json?: boolean;
}

export function registerProfile(program: Command, streams: Streams): void {
  defineCommand(program, {
    usage: 'profile <model> <file>',
    summary: "measure what an artefact's steps take here, for simulate",
    description:
      'Runs steps of an artefact on this machine as a server does when it starts (decode of one to all slots, prompt ' +
      'chunks of two sizes, with and without context, regrouped rows), on every rung of the ladder and several ' +
      'times, and writes what they take to a JSON file that simulate --profile reads. Run it alone: other load ' +
      'goes into the figures. A profile that stands in the file is replaced.',
    examples: [
      'profile ./tiny-llama-q tiny.json',
      'simulate --poisson 5 --profile tiny.json --policy fixed-8,slo',
    ],
  })
    .option('--slots <n>', 'sequences held at once', wholeNumberFrom(1), 8)
    .option('--threads <n>', 'threads of the model', wholeNumberFrom(1), defaultThreads())
    .option('--context <tokens>', "longest sequence (default: the model's)", wholeNumberFrom(16))
    .addOption(deviceOption('auto'))
    .option('--rounds <n>', 'times that each kind of step is measured', wholeNumberFrom(1), 9)
    .action((model: string, file: string, flags: ProfileFlags) =>
      interruptible((signal) => run(model, file, flags, createOutput(flags.json === true, streams), signal)),
    );
}

async function run(
  directory: string,
  file: string,
  { slots, threads, rounds, context, device }: ProfileFlags,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await requireReplaceable(file);
  const model = await openLocalModel(directory, {
    slots,
    threads,
    device,
    onNote: (note) => output.note(note),
    ...(context === undefined ? {} : { contextLength: context }),
  });
  const progress = createProgress(
    { label: 'measuring', total: rounds, format: (n) => `${Math.round(n)} rounds` },
    output.stderr,
  );
  try {
    const profile = await measureProfile(model.runner, model.artefact.manifest.ladder, {
      name: basename(resolve(directory)),
      rounds,
      threads,
      signal,
      onRound: (done) => progress.update(done),
    });
    progress.end();
    await writeProfile(file, profile);
    output.result({ file, ...profile }, () => formatProfile(file, profile));
  } finally {
    progress.end();
    await model.close();
  }
}

/** A slip of the hand must not cost another file. */
async function requireReplaceable(file: string): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw refusal(file, 'cannot be read', error);
  }
  try {
    parseCostProfile(text, file);
  } catch (error) {
    throw refusal(file, 'is there and is no profile', error);
  }
}

async function writeProfile(file: string, profile: CostProfile): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(profile, null, 2)}\n`);
  } catch (error) {
    throw refusal(file, 'cannot be written', error);
  }
}

function refusal(file: string, why: string, cause: unknown): QueptError {
  return new QueptError('invalid_usage', `<file>: ${file} ${why}. Name another file.`, { cause });
}

/** One row of each phase and size without context, rungs across. */
function formatProfile(file: string, { rungs, samples, machine }: CostProfile): string {
  const alone = samples.filter(({ contextTokens, movedRows }) => contextTokens === 0 && movedRows === 0);
  const sizes = [...new Set(alone.map(({ phase, tokens }) => `${phase} ${tokens}`))].sort(byPhaseAndSize);
  const cell = (size: string, id: string): string => {
    const found = alone.find(({ phase, tokens, rung }) => `${phase} ${tokens}` === size && rung === id);
    return found === undefined ? '-' : found.ms.toPrecision(3);
  };
  return [
    machine,
    '',
    formatTable([
      ['ms, without context', ...rungs.map(({ id }) => id)],
      ...sizes.map((size) => [size, ...rungs.map(({ id }) => cell(size, id))]),
    ]),
    '',
    `${samples.length} samples in ${file}`,
  ].join('\n');
}

function byPhaseAndSize(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
