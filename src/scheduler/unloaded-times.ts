import type { Ladder, UnloadedTimes } from '../core/index.ts';
import type { LearnedCost } from './learned-cost.ts';
import { type CostParameters, linearCost } from './linear-cost.ts';
import type { CostEstimator } from './step-shape.ts';

/** A machine that has nothing else to do. */
export interface UnloadedMachine {
  readonly cost: CostEstimator;
  /** The rung that targets are derived from: the best one. */
  readonly rung: number;
  /** Prompt tokens per batch. */
  readonly prefillChunk: number;
}

/** The same as plain data. */
export interface UnloadedProfile extends Omit<UnloadedMachine, 'cost'> {
  readonly cost: CostParameters;
}

/** What a machine is at this moment, as its cost sees it: to be taken before there is load. */
export function unloadedProfile(
  cost: Pick<LearnedCost, 'parameters'>,
  ladder: Ladder,
  prefillChunk: number,
): UnloadedProfile {
  return { cost: cost.parameters(), rung: ladder.length - 1, prefillChunk };
}

export function unloadedMachine({ cost, ...rest }: UnloadedProfile): UnloadedMachine {
  return { cost: linearCost(cost), ...rest };
}

/** A prompt of so many tokens, chunk by chunk, and the decode step after it. */
export function unloadedTimes(promptTokens: number, machine: UnloadedMachine): UnloadedTimes {
  const { cost, rung, prefillChunk } = machine;
  let prefillMs = 0;
  for (let done = 0; done < promptTokens; done += prefillChunk) {
    const tokens = Math.min(prefillChunk, promptTokens - done);
    prefillMs += cost.stepMs({ phase: 'prefill', rung, rows: 1, tokens, contextTokens: done, movedRows: 0 });
  }
  const row = {
    phase: 'decode',
    rung,
    rows: 1,
    tokens: 1,
    contextTokens: promptTokens,
    movedRows: 0,
  } as const;
  return { prefillMs, stepMs: cost.stepMs(row) };
}
