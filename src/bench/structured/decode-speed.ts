import { constraintGrammar } from '../../grammar/index.ts';
import { median } from '../../numerics/index.ts';
import type { ModelUnderSchema, WantedAnswer } from './model-under-schema.ts';
import { list, record, text, whole } from './schema-words.ts';

const TOKENS = 128;
/** Long enough that no answer ends before its tokens are used up. */
const SCHEMA = record({
  entries: list(record({ id: whole(0, 9999), name: text(200), tags: list(text(20), 1, 5) }), 100, 200),
});

/** Decode of a batch with a schema and without, in turn, at the highest precision and the lowest. */
export async function decodeSpeed(model: ModelUnderSchema, batch: number, rounds: number): Promise<string> {
  const grammar = constraintGrammar({ kind: 'json_schema', schema: SCHEMA, param: 'schema' });
  const { ladder } = model.artefact.manifest;
  const lines: string[] = [];
  for (const rung of new Set([ladder.length - 1, 0])) {
    const answers = (constrained: boolean, round: number): WantedAnswer[] =>
      Array.from({ length: batch }, (_, i) => ({
        question: 'Tell me a story.',
        grammar: constrained ? grammar : null,
        endless: !constrained,
        rung,
        maxTokens: TOKENS,
        seed: round * batch + i,
      }));
    const rates = { free: [] as number[], constrained: [] as number[] };
    // The first round of each warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const kind of ['free', 'constrained'] as const) {
        const rate = await tokensPerSecond(model, answers(kind === 'constrained', round), batch);
        if (round > 0) rates[kind].push(rate);
      }
    }
    const free = median(rates.free);
    const constrained = median(rates.constrained);
    lines.push(
      `Decode at ${ladder[rung]?.id}, batch ${batch}, ${rounds} rounds in turn: free ${free.toFixed(0)} tokens/s, with a schema ${constrained.toFixed(0)} tokens/s, ratio ${(constrained / free).toFixed(3)}`,
    );
  }
  return lines.join('\n');
}

/** Over the steps in which the whole batch decodes. */
async function tokensPerSecond(
  model: ModelUnderSchema,
  wanted: readonly WantedAnswer[],
  batch: number,
): Promise<number> {
  let tokens = 0;
  let ms = 0;
  let before = performance.now();
  await model.answer(wanted, (brought) => {
    const now = performance.now();
    if (brought === batch) {
      tokens += brought;
      ms += now - before;
    }
    before = now;
  });
  return (1000 * tokens) / ms;
}
