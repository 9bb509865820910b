import type { JsonSchema } from '../../core/index.ts';
import { constraintGrammar, prepareFormats } from '../../grammar/index.ts';
import { median, percentile } from '../../numerics/index.ts';
import type { ModelUnderSchema } from './model-under-schema.ts';

const MAX_TOKENS = 512;

/**
 * Time from each schema to the first mask of its answer. Formats are made before, as a server makes them when it starts;
 * nothing is known of a schema.
 */
export function firstMasks(model: ModelUnderSchema, schemas: ReadonlyMap<string, JsonSchema>): string {
  prepareFormats();
  const times: number[] = [];
  let slowest = { name: '', ms: 0 };
  for (const [name, schema] of schemas) {
    const startedAt = performance.now();
    const grammar = constraintGrammar({ kind: 'json_schema', schema, param: 'schema' });
    model.constrainer.start(grammar).allowed(MAX_TOKENS);
    const ms = performance.now() - startedAt;
    times.push(ms);
    if (ms > slowest.ms) slowest = { name, ms };
  }
  const figures = [
    `median ${median(times).toFixed(1)} ms`,
    `p95 ${percentile(times, 0.95).toFixed(1)} ms`,
    `slowest ${slowest.ms.toFixed(1)} ms (${slowest.name})`,
  ];
  return `First mask of ${schemas.size} schemas: ${figures.join(', ')}`;
}
