import type { JsonSchema } from '../../core/index.ts';
import { constraintGrammar } from '../../grammar/index.ts';
import type { ModelUnderSchema } from './model-under-schema.ts';
import { validatorOf } from './validators.ts';

const MAX_TOKENS = 512;

/** A rung and how reports call it. */
export interface NamedRung {
  readonly name: string;
  readonly rung: number;
}

/** The lowest, a middle and the highest precision of the ladder. */
export function namedRungs({ artefact }: ModelUnderSchema): NamedRung[] {
  const { ladder } = artefact.manifest;
  const rungs = new Set([0, Math.floor(ladder.length / 2), ladder.length - 1]);
  return [...rungs].map((rung) => ({ name: ladder[rung]?.id ?? String(rung), rung }));
}

export interface Validity {
  readonly answers: number;
  /** Ended by themselves within the limit of tokens. */
  readonly finished: number;
  /** Of those, valid. */
  readonly valid: number;
  readonly tokens: number;
  /** Schemas with an answer that ended by itself and is not valid. */
  readonly invalid: readonly string[];
  readonly unfinished: readonly string[];
}

/** `answers` answers to each schema at one rung, held against the schema. */
export async function answersUnder(
  model: ModelUnderSchema,
  rung: number,
  schemas: ReadonlyMap<string, JsonSchema>,
  answers: number,
): Promise<Validity> {
  const wanted = [...schemas].flatMap(([name, schema]) => {
    const grammar = constraintGrammar({ kind: 'json_schema', schema, param: 'schema' });
    return Array.from({ length: answers }, (_, seed) => ({ name, schema, grammar, seed }));
  });
  const made = await model.answer(
    wanted.map(({ name, grammar, seed }) => ({
      question: `Write JSON for ${name}.`,
      grammar,
      rung,
      maxTokens: MAX_TOKENS,
      seed,
    })),
  );
  let tokens = 0;
  let valid = 0;
  const invalid = new Set<string>();
  const unfinished: string[] = [];
  for (const [i, { name, schema }] of wanted.entries()) {
    const answer = made[i];
    if (answer === undefined) continue;
    tokens += answer.finished.usage.completionTokens;
    if (answer.finished.reason !== 'stop') unfinished.push(name);
    else if (validatorOf(schema)(answer.text)) valid++;
    else invalid.add(`${name}: ${answer.text.slice(0, 200)}`);
  }
  return {
    answers: wanted.length,
    finished: wanted.length - unfinished.length,
    valid,
    tokens,
    invalid: [...invalid],
    unfinished,
  };
}

export async function measureValidity(
  model: ModelUnderSchema,
  { name, rung }: NamedRung,
  schemas: ReadonlyMap<string, JsonSchema>,
  answers: number,
): Promise<string> {
  const found = await answersUnder(model, rung, schemas, answers);
  const share = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;
  return [
    `${name}: ${found.answers} answers, ${found.tokens} tokens`,
    `  finished within ${MAX_TOKENS} tokens: ${found.finished} (${share(found.finished, found.answers)})`,
    `  of these valid: ${found.valid} (${share(found.valid, found.finished)})`,
    ...found.invalid.map((line) => `  not valid: ${line}`),
    ...(found.unfinished.length > 0 ? [`  unfinished: ${found.unfinished.join('; ')}`] : []),
  ].join('\n');
}
