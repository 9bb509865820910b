import type { OutputConstraint, OutputGrammar } from '../core/index.ts';
import { constraintGrammar, prepareFormats } from '../grammar/index.ts';
import { type TaskResult, taskResult } from './worker-task.ts';

// Whoever is the first to name a format should not wait for it.
prepareFormats();

/** Piscina's task: a constraint made ready for the engine. */
export default function prepareGrammar(constraint: OutputConstraint): Promise<TaskResult<OutputGrammar>> {
  return taskResult(async () => constraintGrammar(constraint));
}
