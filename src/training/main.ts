import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ModelArchitecture } from '../core/index.ts';
import { QueptError } from '../core/index.ts';
import { writeCheckpoint } from '../engine/index.ts';
import { renderFigure } from '../plot/index.ts';
import { heldOutLoss, requireHeldOut } from './held-out-loss.ts';
import { EMBEDDING } from './initial-parameters.ts';
import { lossFigure } from './loss-figure.ts';
import { readParameters } from './read-parameters.ts';
import { TokenShards } from './token-shards.ts';
import { beginningWith, type StepRecord, trainModel } from './train-model.ts';
import { TrainingLog } from './training-log.ts';
import { readRecipe, type TrainingRecipe } from './training-recipe.ts';
import { loadTraining, saveTraining, type TrainingState } from './training-store.ts';

const USAGE = `Trains a small Llama from packed tokens. Interrupted, it goes on where it stopped when it is run again.

npm run model:train -- --recipe FILE --data FOLDER --work FOLDER --out FOLDER [--from FOLDER] [--threads 2]
  [--stop-after STEPS]

  --recipe  shape of the model, phases, optimizer (JSON)
  --data    train-*.tokens and .mask, held-out-*.tokens and .mask, tokenizer files
  --work    keeps the state of the run, its log and loss.svg
  --out     Hugging Face folder, written at the end (and at an interruption)
  --from    a model to train further: a Hugging Face folder, or an artefact at its most bits
  --stop-after  ends after so many steps as an interruption would; 0 writes the model that it begins with
`;
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];
const STATE_EVERY = 100;
const HELD_OUT_EVERY = 200;
const TOLD_EVERY = 20;

interface Places {
  readonly from: string | undefined;
  readonly data: string;
  readonly work: string;
  readonly out: string;
}

interface TrainingRun {
  readonly threads: number;
  readonly stopAfter: number;
}

async function train(recipe: TrainingRecipe, places: Places, run: TrainingRun): Promise<void> {
  const { threads, stopAfter } = run;
  const architecture = architectureOf(recipe);
  const stream = await TokenShards.open(places.data, 'train-');
  const heldOut = await TokenShards.open(places.data, 'held-out-');
  requireHeldOut(heldOut);
  await mkdir(places.work, { recursive: true });
  const description = { recipe, streamTokens: stream.length, from: places.from };
  const state =
    (await loadTraining(places.work, description)) ??
    (places.from ? beginningWith(await readParameters(places.from, architecture)) : null);
  const log = await TrainingLog.open(places.work, state?.step ?? 0);
  const totalSteps = recipe.phases.reduce((sum, { steps }) => sum + steps, 0);
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  if ((state?.step ?? 0) >= stopAfter) interrupt.abort();
  let tokens = 0;
  const tell = speedometer(totalSteps);
  const end = await trainModel(stream, state, {
    architecture,
    phases: recipe.phases,
    optimizer: { ...recipe.optimizer, totalSteps },
    seed: recipe.seed,
    lookBack: recipe.lookBack,
    threads,
    stateEvery: STATE_EVERY,
    signal: interrupt.signal,
    onStep: (record) => {
      tokens = record.tokens;
      log.add({ kind: 'step', ...record });
      tell(record);
      if (record.step + 1 >= stopAfter) interrupt.abort();
    },
    onState: async (reached: TrainingState) => {
      if (reached.step % HELD_OUT_EVERY === 0 || reached.step === totalSteps) {
        const loss = await heldOutLoss(architecture, reached.parameters, heldOut, threads);
        log.add({ kind: 'held-out', step: reached.step - 1, tokens, loss });
        process.stdout.write(`held out after ${reached.step} steps: ${loss.toFixed(4)}\n`);
      }
      await saveTraining(places.work, description, reached);
      await log.flush();
    },
  });
  await writeModel(places, architecture, end);
  const figure = lossFigure(basename(places.out), await log.read());
  await writeFile(join(places.work, 'loss.svg'), renderFigure(figure));
  await Promise.all([stream.close(), heldOut.close()]);
  process.stdout.write(`${end.step} of ${totalSteps} steps done; the model is in ${places.out}\n`);
}

async function writeModel(
  { data, out }: Places,
  architecture: ModelArchitecture,
  { parameters }: TrainingState,
): Promise<void> {
  const byName = new Map(parameters.map(({ name, data: values }) => [name, values]));
  await writeCheckpoint(out, architecture, (name) => byName.get(name === 'head' ? EMBEDDING : name)!);
  for (const file of TOKENIZER_FILES) await copyFile(join(data, file), join(out, file));
}

function architectureOf({ architecture: { ropeTheta, ...sizes } }: TrainingRecipe): ModelArchitecture {
  return {
    family: 'llama',
    ...sizes,
    rmsNormEps: 1e-5,
    rope: { theta: ropeTheta, scaling: null },
    qkvBias: false,
    qkNorm: false,
    tiedEmbedding: true,
  };
}

/** Tells loss, speed and remaining time every so many steps. */
function speedometer(totalSteps: number): (record: StepRecord) => void {
  let since: { at: number; tokens: number; step: number } | null = null;
  let losses: number[] = [];
  return ({ step, tokens, loss, gradientNorm, learningRate }) => {
    losses.push(loss);
    since ??= { at: performance.now(), tokens, step };
    if ((step + 1) % TOLD_EVERY !== 0 || step === since.step) return;
    const seconds = (performance.now() - since.at) / 1000;
    const mean = losses.reduce((sum, each) => sum + each, 0) / losses.length;
    const rate = (tokens - since.tokens) / seconds;
    const left = ((totalSteps - step - 1) * seconds) / (step - since.step) / 60;
    process.stdout.write(
      `step ${step + 1} of ${totalSteps}  loss ${mean.toFixed(4)}  norm ${gradientNorm.toFixed(2)}  ` +
        `rate ${learningRate.toExponential(2)}  ${rate.toFixed(0)} tokens/s  ${left.toFixed(0)} min left\n`,
    );
    losses = [];
    since = { at: performance.now(), tokens, step };
  };
}

function required(values: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = values[name];
  if (value) return value;
  throw new QueptError('invalid_usage', `--${name} is missing.\n\n${USAGE}`);
}

function count(values: Readonly<Record<string, unknown>>, name: string, otherwise: number): number {
  const value = values[name];
  if (value === undefined) return otherwise;
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  throw new QueptError('invalid_usage', `--${name} is a whole number, not ${String(value)}.`);
}

try {
  const text = { type: 'string' } as const;
  const options = {
    recipe: text,
    from: text,
    data: text,
    work: text,
    out: text,
    threads: text,
    'stop-after': text,
  } as const;
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
  if (values.help) {
    process.stdout.write(USAGE);
  } else {
    const { help: _, ...given } = values;
    const places = {
      from: given.from,
      data: required(given, 'data'),
      work: required(given, 'work'),
      out: required(given, 'out'),
    };
    await train(await readRecipe(required(given, 'recipe')), places, {
      threads: count(values, 'threads', 2),
      stopAfter: count(values, 'stop-after', Infinity),
    });
  }
} catch (error) {
  process.stderr.write(`train: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof QueptError ? 2 : 1;
}
