import { cpus, totalmem } from 'node:os';
import type { Ladder, ModelRunner } from '../core/index.ts';
import { median } from '../numerics/index.ts';
import { type CostSample, profileSteps } from '../scheduler/index.ts';
import type { CostProfile } from '../simulation/index.ts';

export interface MeasuringOptions {
  readonly name: string;
  readonly rounds: number;
  readonly threads: number;
  /** Aborts between two rounds. */
  readonly signal: AbortSignal;
  readonly onRound: (done: number) => void;
}

/**
 * Measures what a server measures when it starts, on every rung and without hurry, several times over. Of each kind of
 * step the median over the rounds counts; within a round the fastest, since the rest of a step's time was not its own.
 *
 * All slots of the runner must be free. Rejects with the signal's reason when aborted.
 */
export async function measureProfile(
  runner: ModelRunner,
  ladder: Ladder,
  { name, rounds, threads, signal, onRound }: MeasuringOptions,
): Promise<CostProfile> {
  const byShape = new Map<string, CostSample[]>();
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    const limits = { budgetMs: Number.POSITIVE_INFINITY, rungs: ladder.length };
    for (const sample of await profileSteps(runner, ladder, performance, limits)) {
      const key = JSON.stringify(sample.shape);
      byShape.set(key, [...(byShape.get(key) ?? []), sample]);
    }
    onRound(round + 1);
  }
  const unknown = ladder.filter(({ predictedKl }) => predictedKl === null).map(({ id }) => id);
  return {
    name,
    machine: machineText(threads),
    note: [
      `Measured by quept profile: ${rounds} rounds, ${runner.shape.slots} slots, nothing beside the passes.`,
      ...(unknown.length === 0
        ? []
        : [`The KL of ${unknown.join(', ')} is unknown and stands as 0: figures of quality mean nothing.`]),
    ],
    contextLength: runner.shape.contextLength,
    rungs: ladder.map(({ id, averageBits, predictedKl }) => ({
      id,
      averageBits,
      predictedKl: predictedKl ?? 0,
    })),
    samples: [...byShape.values()].map((samples) => profileSample(samples, ladder)),
  };
}

function profileSample(samples: readonly CostSample[], ladder: Ladder): CostProfile['samples'][number] {
  const [first] = samples;
  if (first === undefined) throw new RangeError('No samples of a shape that was measured.');
  const { rung, ...shape } = first.shape;
  const id = ladder[rung]?.id ?? '';
  return { ...shape, rung: id, ms: Number(median(samples.map(({ ms }) => ms)).toPrecision(4)) };
}

function machineText(threads: number): string {
  const processors = cpus();
  const cpu = processors[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpu}, ${processors.length} cores, ${memory} GiB; Node ${process.versions.node}; ${threads} threads`;
}
