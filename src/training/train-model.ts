import type { ModelArchitecture } from '../core/index.ts';
import type { AdamMoments } from '../numerics/index.ts';
import { initialParameters, type TrainedParameter } from './initial-parameters.ts';
import { giveLookBackHeads } from './look-back-heads.ts';
import { type OptimizerOptions, optimizerStep, scheduleAt } from './optimizer.ts';
import type { TokenShards } from './token-shards.ts';
import { placeOfStep, type TrainingPhase } from './training-phases.ts';
import { TrainingSession } from './training-session.ts';
import type { TrainingState } from './training-store.ts';

export interface TrainOptions {
  readonly architecture: ModelArchitecture;
  readonly phases: readonly TrainingPhase[];
  readonly optimizer: OptimizerOptions;
  /** Give an untrained model heads that copy. */
  readonly lookBack: boolean;
  readonly seed: number;
  readonly threads: number;
  /** The state is handed to `onState` after every so many steps, and after the last. */
  readonly stateEvery: number;
  readonly onStep: (step: StepRecord) => void;
  readonly onState: (state: TrainingState) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface StepRecord {
  /** From 0. */
  readonly step: number;
  /** Tokens predicted so far. */
  readonly tokens: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
}

/**
 * Trains a model from `state`, or an untrained one. The same seed, phases and stream give the same parameters
 * on one machine, interrupted or not. An abort ends it after the step at hand, with its state handed over.
 *
 * Throws Error when the loss is no longer finite.
 */
export async function trainModel(
  stream: TokenShards,
  state: TrainingState | null,
  options: TrainOptions,
): Promise<TrainingState> {
  const { phases, optimizer, architecture, signal } = options;
  const now = state ?? beginning(options);
  const { parameters, moments } = now;
  const total = phases.reduce((sum, { steps }) => sum + steps, 0);
  let session = null as { phase: TrainingPhase; run: TrainingSession } | null;
  let step = now.step;
  try {
    while (step < total && !signal.aborted) {
      const { phase, position } = placeOfStep(phases, step);
      if (session?.phase !== phase) {
        await session?.run.close();
        const opened = { threads: options.threads, withGradients: true };
        session = { phase, run: await TrainingSession.open(architecture, phase, parameters, opened) };
      }
      const { rows } = session.run;
      const { loss, gradients } = await session.run.run(await stream.read(position, rows + 1));
      if (!Number.isFinite(loss))
        throw new Error(`the loss of step ${step} is ${loss}: lower the learning rate`);
      const gradientNorm = optimizerStep(parameters, moments, gradients, step, optimizer);
      const learningRate = optimizer.learningRate * scheduleAt(step, optimizer);
      options.onStep({ step, tokens: position + rows, loss, gradientNorm, learningRate });
      step++;
      if (step % options.stateEvery === 0 && step < total)
        await options.onState({ step, parameters, moments });
    }
  } finally {
    await session?.run.close();
  }
  const end = { step, parameters, moments };
  await options.onState(end);
  return end;
}

/** A training that begins with these parameters, which it changes in place. */
export function beginningWith(parameters: readonly TrainedParameter[]): TrainingState {
  const moments = new Map(
    parameters.map(({ name, data }): [string, AdamMoments] => [
      name,
      { first: new Float32Array(data.length), second: new Float32Array(data.length) },
    ]),
  );
  return { step: 0, parameters, moments };
}

function beginning({ architecture, seed, lookBack }: TrainOptions): TrainingState {
  const parameters = initialParameters(architecture, seed);
  if (lookBack) giveLookBackHeads(parameters, architecture);
  return beginningWith(parameters);
}
