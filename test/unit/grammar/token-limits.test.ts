import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { JsonSchema, OutputConstraint } from '../../../src/core/index.ts';
import { constraintGrammar, GrammarConstrainer, type Vocabulary } from '../../../src/grammar/index.ts';
import { allows, BYTE_VOCABULARY, schemaGrammar } from '../../support/grammar-texts.ts';
import { seededUniform } from '../../support/seeded-random.ts';

const END = 256;
const NO_LIMIT = Number.POSITIVE_INFINITY;

/** All bytes, an end, and `pieces`. */
function vocabulary(pieces: readonly string[]): Vocabulary {
  const tokens = pieces.map((piece) => Buffer.from(piece));
  return {
    ...BYTE_VOCABULARY,
    size: END + 1 + pieces.length,
    tokenBytes: (id) => tokens[id - END - 1] ?? BYTE_VOCABULARY.tokenBytes(id),
  };
}

const PIECES = [
  '{"',
  '":',
  '": ',
  '","',
  '"}',
  '"}}',
  'ab',
  'null',
  '[]',
  '": {"',
  'name":"',
  'id"',
  '-0',
  ']}',
];

interface Drawn {
  readonly text: string;
  readonly tokens: number;
  /** By an end token, or at the limit, complete. */
  readonly ended: boolean;
}

/** Tokens drawn among those allowed, as if at most `limit` might come; long tokens are preferred as a model does. */
function drawn(constrainer: GrammarConstrainer, words: Vocabulary, grammar: Grammar, limit: number): Drawn {
  const matcher = constrainer.start(grammar.grammar);
  const parts: Uint8Array[] = [];
  for (let count = 0; count < limit; count++) {
    const mask = matcher.allowed(limit - count);
    const ids = Array.from({ length: words.size }, (_, id) => id).filter((id) => allows(mask, id));
    const long = ids.filter((id) => id > END);
    const among = long.length > 0 && grammar.random() < 0.5 ? long : ids;
    const id = among[Math.floor(grammar.random() * among.length)] as number;
    if (id === END) return { text: Buffer.concat(parts).toString(), tokens: count + 1, ended: true };
    parts.push(words.tokenBytes(id));
    matcher.accept(id);
  }
  return { text: Buffer.concat(parts).toString(), tokens: limit, ended: matcher.complete };
}

interface Grammar {
  readonly grammar: ReturnType<typeof schemaGrammar>;
  readonly random: () => number;
}

/** With what answers come to at least, in bytes. */
const SCHEMAS: readonly (readonly [name: string, schema: JsonSchema, shortest: string])[] = [
  ['any value', true, '0'],
  ['a string', { type: 'string' }, '""'],
  ['a long string', { type: 'string', minLength: 30 }, `"${'a'.repeat(30)}"`],
  [
    'an object',
    {
      type: 'object',
      properties: { name: { type: 'string' }, id: { type: 'string', pattern: '^[A-Z]{3}-[0-9]{2,}$' } },
      required: ['name', 'id'],
      additionalProperties: false,
    },
    '{"name":"","id":"AAA-00"}',
  ],
  [
    'a tree',
    {
      type: 'object',
      properties: {
        name: { type: 'string' },
        left: { $ref: '#' },
        right: { anyOf: [{ $ref: '#' }, { type: 'null' }] },
      },
      required: ['name', 'right'],
      additionalProperties: false,
    },
    '{"name":"","right":null}',
  ],
  [
    'many items',
    { type: 'array', minItems: 9, items: { enum: ['long enough', 'ab', 'abc'] } },
    `[${Array.from({ length: 9 }, () => '"ab"').join(',')}]`,
  ],
  [
    'a format',
    { type: 'object', properties: { id: { type: 'string', format: 'uuid' } }, required: ['id'] },
    '{"id":"00000000-0000-0000-0000-000000000000"}',
  ],
];

describe('[J4] a limit of tokens', () => {
  it.each(SCHEMAS)('is kept by %s that could go on without end', (_, schema, shortest) => {
    const validate = new Ajv2020({ formats: { uuid: true } }).compile(schema as object);
    const random = seededUniform(3);
    const grammar = { grammar: schemaGrammar(schema), random };
    for (const words of [BYTE_VOCABULARY, vocabulary(PIECES)]) {
      const constrainer = new GrammarConstrainer(words);
      const least = shortest.length;
      for (let i = 0; i < 40; i++) {
        const limit = least + Math.floor(random() * (i % 2 === 0 ? 6 : 80));
        const { text, tokens, ended } = drawn(constrainer, words, grammar, limit);
        expect(ended, `${limit}: ${text}`).toBe(true);
        expect(tokens).toBeLessThanOrEqual(limit);
        expect(validate(JSON.parse(text)), text).toBe(true);
      }
    }
  });

  it.each(SCHEMAS)('that is below the shortest %s changes nothing', (_, schema, shortest) => {
    const matcher = new GrammarConstrainer(BYTE_VOCABULARY).start(schemaGrammar(schema));
    const below = shortest.length - 1;
    expect(matcher.allowed(below)).toEqual(matcher.allowed(NO_LIMIT));
    for (const byte of Buffer.from(shortest)) {
      expect(matcher.complete).toBe(false);
      expect(allows(matcher.allowed(below), byte)).toBe(true);
      matcher.accept(byte);
    }
    expect(matcher.complete).toBe(true);
    expect(allows(matcher.allowed(1), END)).toBe(true);
  });

  it('counts tokens, not bytes', () => {
    const words = vocabulary(PIECES);
    const [, schema] = SCHEMAS[3] ?? ['', true];
    const constrainer = new GrammarConstrainer(words);
    const random = seededUniform(8);
    // {" name":" "," id" : " A A A -0 0 "} are 12, of which none is to spare.
    for (let i = 0; i < 20; i++) {
      const { ended, tokens } = drawn(constrainer, words, { grammar: schemaGrammar(schema), random }, 12);
      expect([ended, tokens]).toEqual([true, 12]);
    }
    expect(drawn(constrainer, words, { grammar: schemaGrammar(schema), random }, 11).ended).toBe(false);
  });

  it('leaves out what could not be completed, and nothing else', () => {
    const matcher = new GrammarConstrainer(BYTE_VOCABULARY).start(schemaGrammar({ type: 'string' }));
    const may = (left: number, character: string): boolean =>
      allows(matcher.allowed(left), Buffer.from(character)[0] ?? 0);
    matcher.accept(0x22);
    expect(may(1, '"')).toBe(true);
    for (const [character, least] of [
      ['a', 2],
      ['é', 3],
      ['€', 4],
      ['\\', 3],
    ] as const) {
      expect(may(least, character), character).toBe(true);
      expect(may(least - 1, character), character).toBe(false);
    }
  });

  it('leaves room for all brackets that are open', () => {
    const matcher = new GrammarConstrainer(BYTE_VOCABULARY).start(
      schemaGrammar({ type: 'array', items: { $ref: '#' } }),
    );
    for (let depth = 1; depth <= 40; depth++) {
      matcher.accept(0x5b);
      expect(allows(matcher.allowed(depth + 1), 0x5b), `${depth}`).toBe(false);
      expect(allows(matcher.allowed(depth + 2), 0x5b), `${depth}`).toBe(true);
    }
  });

  it('cuts prose short, but not a call in it', () => {
    const call: OutputConstraint = { kind: 'text', text: '<call>12</call>' };
    const prose: OutputConstraint = { kind: 'prose', without: '<call>', notFirst: '' };
    const matcher = new GrammarConstrainer(BYTE_VOCABULARY).start(
      constraintGrammar({
        kind: 'sequence',
        parts: [prose, { kind: 'repeat', part: call, separator: '', min: 0, max: 1 }],
      }),
    );
    for (const byte of Buffer.from('no <call')) matcher.accept(byte);
    // Prose may be cut, so all may follow but for what would begin a call.
    expect(allows(matcher.allowed(1), 0x61)).toBe(true);
    expect(allows(matcher.allowed(1), END)).toBe(true);
    expect(allows(matcher.allowed(9), 0x3e)).toBe(false);
    expect(allows(matcher.allowed(10), 0x3e)).toBe(true);
    expect(matcher.complete).toBe(false);
    for (const byte of Buffer.from('>12</call>')) matcher.accept(byte);
    expect(matcher.complete).toBe(true);
  });

  it('is kept in the same way with no memory to keep anything in', () => {
    const words = vocabulary(PIECES);
    for (const [, schema] of SCHEMAS) {
      const texts = [
        new GrammarConstrainer(words),
        new GrammarConstrainer(words, { cacheBytes: 1, maxGrammars: 1 }),
      ].map((constrainer) => {
        const random = seededUniform(4);
        const grammar = { grammar: schemaGrammar(schema), random };
        return Array.from({ length: 5 }, () => drawn(constrainer, words, grammar, 60));
      });
      expect(texts[1]).toEqual(texts[0]);
    }
  });

  it('of a schema whose shortest answer is longer than any is passed over', () => {
    const twice = (schema: JsonSchema): JsonSchema => ({ type: 'array', items: schema, minItems: 100 });
    let schema: JsonSchema = { const: 1 };
    for (let i = 0; i < 6; i++) schema = twice(schema);
    const matcher = new GrammarConstrainer(BYTE_VOCABULARY).start(schemaGrammar(schema));
    expect(matcher.allowed(1000)).toEqual(matcher.allowed(NO_LIMIT));
  });
});
