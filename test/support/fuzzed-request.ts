import fc from 'fast-check';
import { openApiDocument } from '../../src/protocol/index.ts';

/** A request over HTTP, whatever it may be worth. */
export interface FuzzedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const MESSAGES = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: [{ type: 'text', text: 'tell me of the cat' }] },
];
const CALLING = [
  {
    role: 'assistant',
    tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } }],
  },
  { role: 'tool', tool_call_id: 'c', content: '1' },
];
const PARAMETERS = { type: 'object', properties: { a: { type: 'integer', enum: [1, 2] } }, required: ['a'] };
const CHAT_TOOLS = [{ type: 'function', function: { name: 'f', description: 'd', parameters: PARAMETERS } }];
const SHORT = { model: 'tiny', temperature: 0.5, seed: 3 };

/** Good bodies, which are quickly answered. */
const GOOD: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { ...SHORT, messages: MESSAGES, max_tokens: 2, logprobs: true, top_logprobs: 1 },
  '/v1/completions': { ...SHORT, prompt: ['a cat', 'a hat'], max_tokens: 2, echo: true, logprobs: 1, n: 2 },
  '/v1/responses': { ...SHORT, input: MESSAGES.slice(0, 1), max_output_tokens: 2, stream: true },
  '/tokenize': { messages: MESSAGES },
  '/detokenize': { tokens: [5, 6, 7] },
};

const PATHS = Object.keys(GOOD);
const FIELDS = fieldsByPath();
const WORDS = [
  'auto',
  'q4',
  'q4..q8',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  'priority',
  '1e999',
  '-0',
];

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1, 2, 0.5, 1e308, 2 ** 53, -(2 ** 63), ...WORDS),
  fc.integer({ min: -300, max: 300 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
/** A value of any kind. */
const anything = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...WORDS), fc.string()), scalar, { maxKeys: 5 }),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2_000 }).map((size) => Array(size).fill('x')) },
);

/** Values that a field may well take. */
const PLAUSIBLE = fc.oneof(
  ...Object.entries({
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    min_p: fc.double({ min: 0, max: 1, noNaN: true }),
    top_k: fc.integer({ min: -1, max: 50 }),
    seed: fc.integer(),
    repetition_penalty: fc.double({ min: 0.01, max: 100, noNaN: true }),
    frequency_penalty: fc.double({ min: -2, max: 2, noNaN: true }),
    presence_penalty: fc.double({ min: -2, max: 2, noNaN: true }),
    stop: fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 16 }),
    stream: fc.boolean(),
    precision: fc.constantFrom<unknown>('auto', 4, 5, 8, 'q4', 'q8', { min_bits: 4 }, { max_bits: 6.5 }),
    service_tier: fc.constantFrom('auto', 'flex', 'default', 'priority', 'fast'),
    model: fc.constantFrom('tiny', 'default', 'tiny@q4', 'default@q8'),
    n: fc.integer({ min: 1, max: 12 }),
    logit_bias: fc.dictionary(fc.nat({ max: 200 }).map(String), fc.integer({ min: -100, max: 100 })),
    top_logprobs: fc.integer({ min: 0, max: 20 }),
    echo: fc.boolean(),
    messages: fc.constant([...MESSAGES, ...CALLING]),
    tools: fc.constantFrom<unknown>(
      CHAT_TOOLS,
      CHAT_TOOLS.map(({ type, function: fields }) => ({ type, ...fields })),
      [],
    ),
    tool_choice: fc.constantFrom('auto', 'none', 'required'),
    parallel_tool_calls: fc.boolean(),
    prompt: fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 40 }),
    ),
    input: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    tokens: fc.array(fc.nat({ max: 200 })),
    max_tokens: fc.integer({ min: 1, max: 30 }),
  }).map(([field, values]) => values.map((value) => [field, value as unknown] as const)),
);

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** A good body with some fields set to what they may be or to anything, and perhaps one less. */
function mutated(path: string): fc.Arbitrary<string> {
  const known = FIELDS.get(path) as string[];
  const plausible = PLAUSIBLE.filter(([field]) => known.includes(field));
  const wild = fc.tuple(fc.constantFrom(...known), anything);
  const change = fc.oneof({ weight: 5, arbitrary: plausible }, { weight: 1, arbitrary: wild });
  const good = GOOD[path] as object;
  const missing = seldom(fc.constantFrom(...Object.keys(good)));
  const place = seldom(fc.tuple(fc.nat(), anything));
  return fc.tuple(fc.array(change, { maxLength: 4 }), missing, place).map(([fields, without, inner]) => {
    const body: Record<string, unknown> = { ...good, ...Object.fromEntries(fields) };
    if (without !== undefined) delete body[without];
    return JSON.stringify(inner === undefined ? body : replaceInside(body, ...inner));
  });
}

/** A copy in which one of the values inside, the `nth` counted around, is another. */
function replaceInside(body: unknown, nth: number, value: unknown): unknown {
  const count = countValues(body);
  let left = nth % Math.max(1, count);
  const visit = (at: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(at)) return at.map(visit);
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(body);
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + countValues(inner), 1);
}

/** What is no good JSON, or is not meant to be. */
function broken(path: string): fc.Arbitrary<string> {
  const deep = fc.integer({ min: 1, max: 20_000 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`);
  const cut = fc.tuple(mutated(path), fc.nat()).map(([body, at]) => body.slice(0, at % (body.length + 1)));
  const twice = mutated(path).map((body) => body.replace('{', '{"model":"other",'));
  return fc.oneof(
    fc.string(),
    fc.json(),
    deep,
    cut,
    twice,
    deep.map((nest) => `{"prompt":${nest},"model":"tiny"}`),
  );
}

const headers = fc.record(
  {
    'x-precision': fc.oneof(fc.constantFrom('auto', '4', 'q4..q8', '{}', 'q9'), headerText()),
    'x-slo-ttft-ms': fc.oneof(fc.constantFrom('10', '-1', '1e3'), headerText()),
    'x-request-id': headerText(),
    'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', ''),
  },
  { requiredKeys: [] },
);

function headerText(): fc.Arbitrary<string> {
  return fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).map((text) => text.trim());
}

/** Requests of all sorts: most are changed good ones, some are noise. */
export const FUZZED_REQUEST: fc.Arbitrary<FuzzedRequest> = fc.constantFrom(...PATHS).chain((path) =>
  fc.record({
    path: fc.constant(path),
    headers: fc
      .oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers })
      .map((some) => ({
        'content-type': 'application/json',
        ...some,
      })),
    body: fc.oneof({ weight: 4, arbitrary: mutated(path) }, { weight: 1, arbitrary: broken(path) }),
  }),
);

/** All fields of a body that the API knows, and some that it does not. */
function fieldsByPath(): Map<string, string[]> {
  const { paths } = openApiDocument() as {
    paths: Record<
      string,
      { post: { requestBody: { content: Record<string, { schema: { properties: object } }> } } }
    >;
  };
  return new Map(
    PATHS.map((path) => {
      const schema = paths[path]?.post.requestBody.content['application/json']?.schema;
      return [path, [...Object.keys(schema?.properties ?? {}), 'unlisted', '__proto__']];
    }),
  );
}
