import { dataOf } from './http-test-app.ts';
import { complaints, mapObjects } from './json-schema.ts';
import { specificationValidators } from './openai-specification.ts';
import type { RecordedAnswer } from './recording-fetch.ts';

/** Schemas of OpenAI's specification, by path: of a whole answer, and of a piece of a stream. */
const SCHEMAS: readonly (readonly [path: RegExp, whole: string, piece: string | null])[] = [
  [/^\/v1\/chat\/completions$/, 'CreateChatCompletionResponse', 'CreateChatCompletionStreamResponse'],
  [/^\/v1\/completions$/, 'CreateCompletionResponse', 'CreateCompletionResponse'],
  [/^\/v1\/responses$/, 'Response', 'ResponseStreamEvent'],
  [/^\/v1\/models$/, 'ListModelsResponse', null],
  [/^\/v1\/models\/[^/]+$/, 'Model', null],
];

/** What recorded answers have against the specification. */
export interface Judgement {
  /** Paths of the answers that it has a word on. */
  readonly paths: ReadonlySet<string>;
  /** Whole answers and pieces of streams that were checked. */
  readonly checked: number;
  readonly complaints: readonly string[];
}

/** Holds every answer and every piece of a stream against the specification. */
export function judgeAnswers(answers: readonly RecordedAnswer[]): Judgement {
  const validator = specificationValidators();
  const paths = new Set<string>();
  const found: string[] = [];
  let checked = 0;
  for (const answer of answers) {
    const { path } = answer;
    const schemas = SCHEMAS.find(([pattern]) => pattern.test(path));
    if (schemas === undefined) continue;
    paths.add(path);
    const [, whole, piece] = schemas;
    const { schema, values } = judged(answer, whole, piece ?? '');
    for (const value of values) {
      checked++;
      const against = complaints(validator(schema), value);
      if (against.length > 0) found.push(`${path}: ${against.join('; ')}: ${JSON.stringify(value)}`);
    }
  }
  return { paths, checked, complaints: found };
}

/** The JSON of an answer, and the schema that it has to match. */
function judged({ status, contentType, text }: RecordedAnswer, whole: string, piece: string) {
  if (status >= 400) return { schema: 'ErrorResponse', values: [JSON.parse(text)] };
  if (contentType === 'application/json') return { schema: whole, values: [asSpecified(JSON.parse(text))] };
  const pieces = dataOf(text).filter((data) => data !== '[DONE]');
  return { schema: piece, values: pieces.map((data) => asSpecified(JSON.parse(data))) };
}

/**
 * Completions have one schema for whole answers and pieces. It knows neither that pieces have no `finish_reason` and no
 * usage until the last ones, nor that nothing precedes the first token of an echo; OpenAI's own service and clients do.
 */
function asSpecified(value: unknown): unknown {
  return mapObjects(value, (object) => {
    if (object.object === 'text_completion' && object.usage === null) delete object.usage;
    if ('text' in object && object.finish_reason === null) return { ...object, finish_reason: 'stop' };
    if (!Array.isArray(object.token_logprobs) || object.token_logprobs[0] !== null) return object;
    const [, ...logprobs] = object.token_logprobs;
    const [, ...top] = object.top_logprobs as unknown[];
    return { ...object, token_logprobs: logprobs, top_logprobs: top };
  });
}
