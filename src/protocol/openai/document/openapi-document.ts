import { z } from 'zod';
import { ERROR_TABLE } from '../../../core/index.ts';
import { ERROR } from './catalogue-answers.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';

type Json = Readonly<Record<string, unknown>>;

/** Version of the API, not of the server: it changes with what clients may send and rely on. */
const API_VERSION = '1.0.0';

/** The HTTP API as an OpenAPI 3.1 document, from the very schemas that bodies are parsed with. */
export function openApiDocument(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of ENDPOINTS) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'QuEPT gateway',
      version: API_VERSION,
      description:
        'The OpenAI API of one elastic-precision model. What is marked as an extension is ours; clients may ignore it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: jsonSchema(ERROR, 'answer') },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'Where the server has keys.' } },
    },
  };
}

function operation(endpoint: Endpoint): Json {
  const { operationId, summary, guarded, body, path, query = {}, answers } = endpoint;
  const parameters = [
    ...pathParameters(path),
    ...queryParameters(query),
    ...(endpoint.event === undefined ? [] : HEADERS),
  ];
  return {
    operationId,
    summary,
    security: guarded ? [{}, { key: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(body, 'request') } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [status, answer(endpoint, schema)]),
      ),
      default: ERROR_ANSWER,
    },
  };
}

function answer({ event, text = 'text/plain', body }: Endpoint, schema: z.ZodType | null): Json {
  return {
    description: event === undefined ? 'The answer.' : 'The answer; a stream where the body says so.',
    headers: {
      'x-request-id': header("The client's, or one of ours."),
      'openai-processing-ms': header('Milliseconds until the answer began.'),
      ...(event !== undefined && { 'x-precision': header('Extension: the range of precision granted.') }),
      // What has a body does work, and counts.
      ...(body !== undefined && RATE_LIMITS),
    },
    content: {
      ...(schema === null
        ? { [text]: {} }
        : { 'application/json': { schema: jsonSchema(schema, 'answer') } }),
      ...(event !== undefined && { 'text/event-stream': { schema: jsonSchema(event, 'answer') } }),
    },
  };
}

const header = (description: string): Json => ({ description, schema: { type: 'string' } });

/** Those that the key has. */
const RATE_LIMITS: Json = Object.fromEntries(
  ['requests', 'tokens'].flatMap((what) => [
    [`x-ratelimit-limit-${what}`, header(`The key's ${what} per minute, if they are limited.`)],
    [`x-ratelimit-remaining-${what}`, header('What is left of them.')],
    [
      `x-ratelimit-reset-${what}`,
      header('Until all are there again if nothing more is used, such as `1m1s`.'),
    ],
  ]),
);

const HEADERS: readonly Json[] = [
  ['x-precision', 'Extension: what `precision` of the body may say as a text. Both must agree.'],
  ['x-slo-ttft-ms', "Extension: target for the time to the first token, tighter than the tier's."],
  ['x-slo-tpot-ms', "Extension: target for the time per further token, tighter than the tier's."],
  ['x-request-id', 'Comes back with the answer.'],
].map(([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } }));

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: Readonly<Record<string, string>>): Json[] {
  return Object.entries(query).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'integer' },
  }));
}

const OFFLINE = new Set(['invalid_usage', 'invalid_config', 'invalid_checkpoint', 'invalid_artefact']);

const ERROR_ANSWER: Json = {
  description: `An error. By \`code\`: ${Object.entries(ERROR_TABLE)
    .filter(([code]) => !OFFLINE.has(code))
    .map(([code, { http, retryable }]) => `\`${code}\` ${http}${retryable ? ' (try again)' : ''}`)
    .join(', ')}.`,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

/** Bodies say what may be in them; answers say what is, and clients should bear with more. */
function jsonSchema(schema: z.ZodType, use: 'request' | 'answer'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    override: ({ jsonSchema: json }) => {
      if (use === 'answer' && json.properties !== undefined) delete json.additionalProperties;
    },
  });
  return rest;
}
