import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { OutputConstraint, OutputMatcher } from '../../../src/core/index.ts';
import { constraintGrammar, GrammarConstrainer, type Vocabulary } from '../../../src/grammar/index.ts';
import { allows, schemaGrammar, textsOf } from '../../support/grammar-texts.ts';
import { seededUniform } from '../../support/seeded-random.ts';

const END = 0;

/** All bytes, some longer pieces, one special token and one end. */
function vocabulary(pieces: readonly string[], bytes = true): Vocabulary {
  const tokens: Uint8Array[] = [
    new Uint8Array(0),
    new Uint8Array(0),
    ...(bytes ? Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)) : []),
    ...pieces.map((piece) => Buffer.from(piece, 'latin1')),
  ];
  return {
    // Longer than the vocabulary, as rows of logits may be.
    size: tokens.length + 40,
    tokenBytes: (id) => tokens[id] ?? new Uint8Array(0),
    specialName: (id) => (id === 1 ? '[CALL]' : ''),
    endTokenIds: new Set([END]),
  };
}

const PIECES = [
  '{"',
  '": ',
  '", "',
  'ab',
  'abc',
  '12',
  '1}',
  '"}',
  'true',
  ' {',
  '\u00c3\u00a9',
  'a\u00c3',
  '\u00a9"',
  '":"x","',
];
const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 12 },
    count: { type: 'integer', minimum: 0, maximum: 150 },
    tags: { type: 'array', items: { type: 'string', pattern: '^[a-cé]{1,4}$' }, maxItems: 3 },
    more: { anyOf: [{ type: 'boolean' }, { $ref: '#' }] },
  },
  required: ['name', 'count'],
  additionalProperties: false,
};

function allowedIds(matcher: OutputMatcher, size: number): number[] {
  const mask = matcher.allowed(Number.POSITIVE_INFINITY);
  return Array.from({ length: size }, (_, id) => id).filter((id) => allows(mask, id));
}

/** Draws tokens among those allowed until the answer ends. */
function drawn(
  constrainer: GrammarConstrainer,
  words: Vocabulary,
  random: () => number,
  most = 600,
): string | null {
  const matcher = constrainer.start(schemaGrammar(SCHEMA));
  const parts: Uint8Array[] = [];
  for (let count = 0; count < most; count++) {
    const ids = allowedIds(matcher, words.size);
    const id = ids[Math.floor(random() * ids.length)] as number;
    if (id === END) return Buffer.concat(parts).toString();
    parts.push(words.tokenBytes(id));
    matcher.accept(id);
  }
  return null;
}

describe('tokens under a grammar', () => {
  it('lead to valid answers whatever is drawn', () => {
    const words = vocabulary(PIECES);
    const constrainer = new GrammarConstrainer(words);
    const validate = new Ajv2020().compile(SCHEMA);
    const random = seededUniform(5);
    let ended = 0;
    for (let i = 0; i < 60; i++) {
      const text = drawn(constrainer, words, random);
      if (text === null) continue;
      ended++;
      expect(validate(JSON.parse(text)), text).toBe(true);
    }
    expect(ended).toBeGreaterThan(40);
  });

  it('are allowed exactly if each of their bytes is', () => {
    const words = vocabulary(PIECES);
    const canBe = (prefix: string, piece: string): boolean => {
      const matcher = new GrammarConstrainer(vocabulary([])).start(schemaGrammar(SCHEMA));
      return [...Buffer.from(prefix), ...Buffer.from(piece, 'latin1')].every((byte) => {
        if (!allows(matcher.allowed(Number.POSITIVE_INFINITY), byte + 2)) return false;
        matcher.accept(byte + 2);
        return true;
      });
    };
    for (const prefix of [
      '',
      '{"',
      '{"name": "a',
      '{"name": "abcdefghijk',
      '{"name": "x", "count": 1',
      '{"name": "x"',
    ]) {
      const matcher = new GrammarConstrainer(words).start(schemaGrammar(SCHEMA));
      for (const byte of Buffer.from(prefix)) matcher.accept(byte + 2);
      const mask = matcher.allowed(Number.POSITIVE_INFINITY);
      for (const [i, piece] of PIECES.entries()) {
        expect(allows(mask, 258 + i), `${piece} behind ${prefix}`).toBe(canBe(prefix, piece));
      }
    }
  });

  it('end an answer only where it is complete, and then when nothing else is possible', () => {
    const words = vocabulary(PIECES);
    const matcher = new GrammarConstrainer(words).start(schemaGrammar({ const: 12 }));
    expect(allowedIds(matcher, words.size)).toEqual([2 + 0x31, 258 + PIECES.indexOf('12')]);
    matcher.accept(258 + PIECES.indexOf('12'));
    expect(allowedIds(matcher, words.size)).toEqual([END]);
    const open = new GrammarConstrainer(words).start(schemaGrammar({ type: 'integer' }));
    open.accept(2 + 0x31);
    expect(allows(open.allowed(Number.POSITIVE_INFINITY), END)).toBe(true);
    expect(allows(open.allowed(Number.POSITIVE_INFINITY), 2 + 0x32)).toBe(true);
  });

  it('that were not allowed are not taken', () => {
    const matcher = new GrammarConstrainer(vocabulary(PIECES)).start(schemaGrammar({ const: 12 }));
    expect(() => matcher.accept(2 + 0x32)).toThrow('outside of the grammar');
    expect(() => matcher.accept(1)).toThrow('outside of the grammar');
  });

  it('give the same masks with no memory to keep them in', () => {
    const words = vocabulary(PIECES);
    const texts = [
      new GrammarConstrainer(words),
      new GrammarConstrainer(words, { cacheBytes: 1, maxGrammars: 1 }),
    ].map((constrainer) => {
      const random = seededUniform(9);
      return Array.from({ length: 12 }, () => drawn(constrainer, words, random, 200));
    });
    expect(texts[1]).toEqual(texts[0]);
  });

  it('never leave half a character that the vocabulary cannot complete', () => {
    const without = vocabulary(['"', 'a\u00c3', '\u00a9', '\u00c3\u00a9'], false);
    const matcher = new GrammarConstrainer(without).start(schemaGrammar({ type: 'string' }));
    matcher.accept(2);
    expect(allowedIds(matcher, without.size)).toEqual([2, 5]);
  });

  it('stay few places where alternatives nest that begin alike', () => {
    const node = (kind: string) => ({
      type: 'object',
      properties: { next: { $ref: '#' }, kind: { const: kind } },
      required: ['next', 'kind'],
      additionalProperties: false,
    });
    const canBe = textsOf(schemaGrammar({ anyOf: [node('a'), node('b'), { type: 'null' }] }));
    const nested = (depth: number): string =>
      depth === 0 ? 'null' : `{"next":${nested(depth - 1)},"kind":"${depth % 2 === 0 ? 'a' : 'b'}"}`;
    // With a stack for each way to come here there would be 2^300 of them.
    expect(canBe(nested(300))).toBe(true);
    expect(canBe(nested(300).replace('"a"', '"c"'))).toBe(false);
  });
});

describe('a constraint', () => {
  const call: OutputConstraint = {
    kind: 'sequence',
    parts: [
      { kind: 'text', text: '<call>' },
      {
        kind: 'choice',
        options: [
          { kind: 'json_schema', schema: { const: 1 }, param: 'tools[0].parameters' },
          { kind: 'json_schema', schema: { const: 'é' }, param: 'tools[1].parameters' },
        ],
      },
    ],
  };

  it('is made of texts, choices and schemas', () => {
    const canBe = textsOf(constraintGrammar(call));
    expect(canBe('<call>1')).toBe(true);
    expect(canBe('<call>"é"')).toBe(true);
    expect(canBe('<call>2')).toBe(false);
    expect(canBe('1')).toBe(false);
  });

  it.each([
    [0, null, [0, 1, 2, 5]],
    [1, 2, [1, 2]],
    [2, null, [2, 3, 4]],
    [0, 1, [0, 1]],
  ] as const)('repeats from %s to %s times', (min, max, counts) => {
    const canBe = textsOf(
      constraintGrammar({ kind: 'repeat', part: { kind: 'text', text: 'ab' }, separator: ';', min, max }),
    );
    for (let count = 0; count < 6; count++) {
      const text = Array.from({ length: count }, () => 'ab').join(';');
      const within = count >= min && count <= (max ?? count);
      expect(canBe(text), `${count}`).toBe(within);
      if ((counts as readonly number[]).includes(count)) expect(within).toBe(true);
    }
    expect(canBe('abab')).toBe(false);
  });

  it('names a special token, which no text is', () => {
    const words = vocabulary(['[CALL]', '[']);
    const matcher = new GrammarConstrainer(words).start(
      constraintGrammar({ kind: 'sequence', parts: [{ kind: 'special', name: '[CALL]' }, { kind: 'json' }] }),
    );
    expect(allowedIds(matcher, words.size)).toEqual([1]);
    matcher.accept(1);
    expect(allowedIds(matcher, words.size)).toEqual([2 + 0x7b]);
  });

  it('is any JSON object', () => {
    const canBe = textsOf(constraintGrammar({ kind: 'json' }));
    expect(canBe('{"a": [1, {"b": null}], "a": 2}')).toBe(true);
    expect(canBe('[]')).toBe(false);
    expect(canBe('1')).toBe(false);
  });

  it('blames the schema that is at fault', () => {
    const parts = [call, { kind: 'json_schema', schema: { not: {} }, param: 'tools[2].parameters' }] as const;
    expect(() => constraintGrammar({ kind: 'sequence', parts })).toThrow(
      expect.objectContaining({ param: 'tools[2].parameters.not' }),
    );
  });
});
