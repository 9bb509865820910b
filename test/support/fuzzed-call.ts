import { create, type DescField, type DescMessage, ScalarType, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { InferenceServiceDescription } from '../../src/protocol/index.ts';

/** A call over gRPC, whatever it may be worth. */
export interface FuzzedCall {
  readonly method: string;
  readonly bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  /** Null for none. */
  readonly deadlineMs: number | null;
  /** When its client goes away; null for never. */
  readonly cancelAfterMs: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

const USER = { role: 2, content: 'tell me of the cat' };
const MESSAGES = [{ role: 1, content: 'be brief' }, USER];
const CALLING = [
  { role: 3, content: '', toolCalls: [{ id: 'c', name: 'f', arguments: '{"a": 1}' }] },
  { role: 4, content: '1', toolCallId: 'c' },
];
const PARAMETERS = '{"type":"object","properties":{"a":{"type":"integer","enum":[1,2]}},"required":["a"]}';
const TOOLS = [
  { kind: { case: 'function', value: { name: 'f', description: 'd', parameters: PARAMETERS } } },
];
const OPTIONS = { temperature: 0.5, seed: 3n, maxTokens: 2 };
const BATCH = {
  prompts: [
    { content: { case: 'text', value: 'a cat' } },
    { content: { case: 'tokens', value: { ids: [5, 6, 7] } } },
  ],
};
const CHAT = { model: 'tiny', messages: MESSAGES, options: { ...OPTIONS, logprobs: true, topLogprobs: 1 } };
const GENERATE = {
  model: 'tiny',
  prompt: { case: 'batch', value: BATCH },
  echo: true,
  options: { ...OPTIONS, n: 2, logprobs: true, topLogprobs: 1 },
};

/** Good requests, which are quickly answered. */
const GOOD: Readonly<Record<string, Fields>> = {
  Chat: CHAT,
  ChatStream: CHAT,
  Generate: GENERATE,
  GenerateStream: GENERATE,
  Tokenize: { model: 'tiny', input: { case: 'conversation', value: { messages: MESSAGES } } },
  Detokenize: { model: 'tiny', tokenIds: [5, 6, 7] },
  GetModel: { model: 'default' },
  ListPrecisionConfigs: { model: 'tiny' },
};
const METHODS = new Map(InferenceServiceDescription.methods.map((method) => [method.name, method.input]));

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('', 'tiny', 'q4', 'q4..q8', '__proto__', '\u0000', '{}', '{"type":"string"}', '1e999'),
  fc.integer({ min: 1, max: 4_000 }).map((size) => 'x'.repeat(size)),
);
const uint32 = fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1));
const double = fc.oneof(fc.double(), fc.constantFrom(0, -0, 0.5, 1, 2, 8, Number.NaN, Infinity, -Infinity));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** Any value that a field may hold on the wire. */
function anyValueOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarOf(field.scalar);
    case 'enum':
      return fc.integer({ min: -1, max: 8 });
    case 'message':
      return messageOf(field.message, depth);
    case 'list': {
      const item = field.message === undefined ? scalarOf(field.scalar) : messageOf(field.message, depth);
      // Of things without size: lists in long lists would come to gigabytes.
      const small = field.message === undefined ? (field.scalar === ScalarType.STRING ? 'x' : 5) : {};
      const long = fc.integer({ min: 100, max: 12_000 }).map((size) => Array(size).fill(small));
      return fc.oneof(
        { weight: 6, arbitrary: fc.array(item, { maxLength: 4 }) },
        { weight: 1, arbitrary: long },
      );
    }
    case 'map':
      return fc.dictionary(uint32.map(String), double, { maxKeys: 8 });
    default:
      return field satisfies never;
  }
}

function scalarOf(scalar: ScalarType | undefined): fc.Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
      return double;
    case ScalarType.UINT32:
      return uint32;
    case ScalarType.INT64:
      return int64;
    default:
      throw new Error(`Requests have fields of type ${scalar} now: say what may be in them.`);
  }
}

function messageOf(desc: DescMessage, depth: number): fc.Arbitrary<Fields> {
  if (depth === 0) return fc.constant({});
  return fc.record(Object.fromEntries(membersOf(desc, depth - 1)), { requiredKeys: [] });
}

/** Names of fields and oneofs, and what may be in them. */
function membersOf(desc: DescMessage, depth: number): [string, fc.Arbitrary<unknown>][] {
  return desc.members.map((member) => {
    if (member.kind === 'field') return [member.localName, anyValueOf(member, depth)];
    const cases = member.fields.map((field) =>
      anyValueOf(field, depth).map((value) => ({ case: field.localName, value })),
    );
    return [member.localName, fc.oneof(...cases)];
  });
}

/** Values that an option may well have. */
const PLAUSIBLE_OPTION = oneField({
  maxTokens: fc.integer({ min: 1, max: 30 }),
  stop: fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 16 }),
  temperature: fc.double({ min: 0, max: 2, noNaN: true }),
  topP: fc.double({ min: 0, max: 1, noNaN: true }),
  topK: fc.nat({ max: 50 }),
  minP: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: int64,
  repetitionPenalty: fc.double({ min: 0.01, max: 100, noNaN: true }),
  frequencyPenalty: fc.double({ min: -2, max: 2, noNaN: true }),
  presencePenalty: fc.double({ min: -2, max: 2, noNaN: true }),
  precision: fc.constantFrom(
    ...[4, 5, 8].map((value) => ({ wish: { case: 'bits', value } })),
    { wish: { case: 'configId', value: 'q8' } },
    { wish: { case: 'range', value: { maxBits: 6.5 } } },
  ),
  serviceTier: fc.nat({ max: 3 }),
  ttftMs: fc.integer({ min: 1, max: 3_600_000 }),
  outputFormat: fc.constantFrom(
    { format: { case: 'jsonObject', value: {} } },
    { format: { case: 'jsonSchema', value: PARAMETERS } },
  ),
  ignoreEos: fc.boolean(),
  logitBias: fc.dictionary(fc.nat({ max: 200 }).map(String), fc.integer({ min: -100, max: 100 })),
  n: fc.integer({ min: 1, max: 12 }),
  logprobs: fc.boolean(),
  topLogprobs: fc.nat({ max: 20 }),
});
const PLAUSIBLE = oneField({
  model: fc.constantFrom('tiny', 'default', 'tiny@q4', 'default@q8'),
  messages: fc.constantFrom([USER], [...MESSAGES, ...CALLING]),
  tools: fc.constantFrom(TOOLS, []),
  toolChoice: fc.nat({ max: 3 }).map((value) => ({ choice: { case: 'mode', value } })),
  parallelToolCalls: fc.boolean(),
  prompt: text.map((value) => ({ case: 'text', value })),
  echo: fc.boolean(),
  tokenIds: fc.array(fc.nat({ max: 200 })),
});

function oneField(arbitraries: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Fields> {
  return fc.oneof(
    ...Object.entries(arbitraries).map(([name, values]) => values.map((value) => ({ [name]: value }))),
  );
}

/** A good request with some fields set to what they may be, or to anything. */
function changed(name: string, input: DescMessage): fc.Arbitrary<Buffer> {
  const good = GOOD[name] as Fields;
  const known = new Set(membersOf(input, 1).map(([field]) => field));
  const wild = oneField(Object.fromEntries(membersOf(input, 4)));
  const options = input.fields.find(({ localName }) => localName === 'options')?.message;
  const option =
    options === undefined
      ? fc.constant({})
      : fc.oneof(PLAUSIBLE_OPTION, oneField(Object.fromEntries(membersOf(options, 3))));
  const plausible = PLAUSIBLE.filter((fields) => Object.keys(fields).every((field) => known.has(field)));
  return fc
    .tuple(
      fc.array(fc.oneof({ weight: 3, arbitrary: plausible }, { weight: 1, arbitrary: wild }), {
        maxLength: 2,
      }),
      fc.array(fc.oneof({ weight: 4, arbitrary: PLAUSIBLE_OPTION }, { weight: 1, arbitrary: option }), {
        maxLength: 4,
      }),
    )
    .map(([fields, extra]) => {
      const request: Record<string, unknown> = Object.assign({}, good, ...fields);
      if (options !== undefined) request.options = Object.assign({}, request.options, ...extra);
      return Buffer.from(toBinary(input, create(input, request)));
    });
}

/** Bytes that may be no message at all. */
function broken(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(whole, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1))),
    fc.tuple(whole, whole).map((both) => Buffer.concat(both)),
    fc.tuple(whole, edits).map(([bytes, changes]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
      return copy;
    }),
  );
}

const words = fc.oneof(
  fc.constantFrom('auto', '4', 'q4', 'q4..q8', '{}', 'flex', '10', '-1', 'Bearer x'),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
);
const metadata = fc.dictionary(
  fc.constantFrom(
    'x-precision',
    'x-service-tier',
    'x-slo-ttft-ms',
    'x-slo-tpot-ms',
    'x-request-id',
    'authorization',
  ),
  words,
);
const seldom = <T>(arbitrary: fc.Arbitrary<T>, nothing: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(nothing) }, { weight: 1, arbitrary });

/** Calls of all sorts: most are changed good ones, some are noise, some of whose clients do not wait. */
export const FUZZED_CALL: fc.Arbitrary<FuzzedCall> = fc.constantFrom(...METHODS.keys()).chain((method) => {
  const good = changed(method, METHODS.get(method) as DescMessage);
  return fc
    .record({
      method: fc.constant(method),
      bytes: fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: broken(good) }),
      metadata: seldom(metadata, {}),
      deadlineMs: seldom<number | null>(fc.constantFrom(1, 5, 50), null),
      cancelAfterMs: seldom<number | null>(fc.nat({ max: 20 }), null),
    })
    .map((call) => ({ ...call, [fc.toStringMethod]: () => shortly(call) }));
});

/** For reports: a request may be long. */
function shortly({ method, bytes }: FuzzedCall): string {
  return `${method} ${bytes.toString('base64').slice(0, 1_000)}`;
}
