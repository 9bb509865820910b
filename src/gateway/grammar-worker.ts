import type { OutputConstraint, OutputGrammar } from '../core/index.ts';
import { constraintGrammar, prepareFormats } from '../grammar/index.ts';
import { type TaskResult, taskResult } from './worker-task.ts';

// Whoever is the first to name a format should not wait for it.
prepareFormats();

/** What was made lately, or why not, the newest last: clients send the same schemas again and again. */
const results = new Map<string, TaskResult<OutputGrammar>>();
const MAX_RESULTS = 64;

/** Piscina's task: a constraint made ready for the engine. */
export default async function prepareGrammar(
  constraint: OutputConstraint,
): Promise<TaskResult<OutputGrammar>> {
  const name = JSON.stringify(constraint);
  const result = results.get(name) ?? (await taskResult(async () => constraintGrammar(constraint)));
  results.delete(name);
  results.set(name, result);
  for (const oldest of results.keys()) {
    if (results.size <= MAX_RESULTS) break;
    results.delete(oldest);
  }
  return result;
}
