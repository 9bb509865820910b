import {
  createStepWriter,
  type DecisionLog,
  type LearnedCost,
  type RecordedStep,
  type StepLimits,
  StepReader,
} from '../../src/scheduler/index.ts';
import { steppedLadder } from './stepped-ladder.ts';

/** A recording in memory, of a scheduler with a ladder of four rungs. */
export function recordLines(limits: StepLimits, cost?: LearnedCost): { log: DecisionLog; lines: string[] } {
  const lines: string[] = [];
  const log = createStepWriter({
    header: { policy: 'slo', batching: 'deadline', ladder: steppedLadder(4), limits },
    ...(cost !== undefined && { cost }),
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

/** What a reader in another process makes of the lines. */
export function stepsOf(lines: readonly string[]): RecordedStep[] {
  const reader = new StepReader();
  return lines.flatMap((line) => {
    const read = reader.read(line);
    return read.kind === 'step' ? [read.recorded] : [];
  });
}
