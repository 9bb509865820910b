import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FunctionTool, OutputConstraint, ToolFormat } from '../../../../src/core/index.ts';
import { constraintGrammar, GrammarConstrainer } from '../../../../src/grammar/index.ts';
import {
  contentOrCalls,
  forcedCalls,
  possibleCalls,
} from '../../../../src/protocol/tools/call-constraint.ts';
import { CallParser } from '../../../../src/protocol/tools/call-parser.ts';
import { closedSchema } from '../../../../src/protocol/tools/closed-schema.ts';
import { allows, BYTE_VOCABULARY, textsOf } from '../../../support/grammar-texts.ts';

const FORMATS: readonly ToolFormat[] = ['hermes', 'llama3', 'mistral'];
const KEY: Readonly<Record<ToolFormat, string>> = {
  hermes: 'arguments',
  llama3: 'parameters',
  mistral: 'arguments',
};

function tool(name: string, fields: Partial<FunctionTool> = {}): FunctionTool {
  const parameters = { type: 'object', properties: { a: { enum: [1, 2] } }, required: ['a'] };
  return { name, description: '', parameters, strict: false, ...fields };
}

const wish = (format: ToolFormat, single: boolean, tools = [tool('add'), tool('sub')]) => ({
  callable: tools.map((each, i) => ({ tool: each, param: `tools[${i}].function.parameters` })),
  format,
  single,
});

const admits = (constraint: OutputConstraint) => textsOf(constraintGrammar(constraint));
const call = (format: ToolFormat, name: string, args: string) =>
  `{"name": "${name}", "${KEY[format]}": ${args}}`;

/** Answers that begin behind what announces them, with those calls. */
function forcedText(format: ToolFormat, calls: readonly string[]): string {
  if (format === 'hermes') return `\n${calls.join('\n</tool_call>\n<tool_call>\n')}`;
  return format === 'mistral' ? `[${calls.join(', ')}]` : calls.join('; ');
}

/** A text of the grammar, drawn byte by byte. */
function drawn(constraint: OutputConstraint, draws: readonly number[]): string | null {
  const matcher = new GrammarConstrainer(BYTE_VOCABULARY).start(constraintGrammar(constraint));
  const bytes: number[] = [];
  for (const draw of draws) {
    const mask = matcher.allowed(Number.POSITIVE_INFINITY);
    const ids = Array.from({ length: 257 }, (_, id) => id).filter((id) => allows(mask, id));
    const id = ids[draw % ids.length] ?? 256;
    if (id === 256) return Buffer.from(bytes).toString();
    matcher.accept(id);
    bytes.push(id);
  }
  return null;
}

describe.each(FORMATS)('an answer that must call, %s', (format) => {
  const one = call(format, 'add', '{"a": 1}');
  const two = call(format, 'sub', '{"a":2}');

  it('is one call, or several', () => {
    const single = admits(forcedCalls(wish(format, true)));
    expect(single(forcedText(format, [one]))).toBe(true);
    expect(single(forcedText(format, [one, two]))).toBe(false);
    const several = admits(forcedCalls(wish(format, false)));
    for (const calls of [[one], [one, two], Array(8).fill(two)]) {
      expect(several(forcedText(format, calls))).toBe(true);
    }
    expect(several(forcedText(format, Array(9).fill(one)))).toBe(false);
  });

  it('is of the functions and schemas that were offered, and nothing else', () => {
    const single = admits(forcedCalls(wish(format, true)));
    for (const other of [
      call(format, 'mul', '{"a": 1}'),
      call(format, 'add', '{"a": 3}'),
      call(format, 'add', '{"a": 1, "b": 2}'),
      call(format, 'add', '{}'),
      'No.',
      '',
    ]) {
      expect(single(forcedText(format, [other])), other).toBe(false);
    }
  });

  it('[T2] is read as calls that are whole, whatever it is', () => {
    const constraint = forcedCalls(wish(format, false));
    let whole = 0;
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 400, maxLength: 400 }), (draws) => {
        const text = drawn(constraint, draws);
        if (text === null) return;
        whole++;
        const names = new Set(['add', 'sub']);
        const parser = new CallParser({ format, names, parallel: true, begun: true });
        const pieces = [...parser.push(text), ...parser.end()];
        expect(parser.called, text).toBe(true);
        expect(pieces.filter(({ type }) => type === 'text')).toEqual([]);
        const args: string[] = [];
        for (const piece of pieces) {
          if (piece.type === 'arguments') args[piece.index] = (args[piece.index] ?? '') + piece.text;
        }
        for (const each of args) expect([1, 2]).toContain(JSON.parse(each).a);
      }),
      { numRuns: 30 },
    );
    expect(whole).toBeGreaterThan(15);
  });
});

describe.each(FORMATS)('an answer that may call, %s', (format) => {
  const opening = { hermes: '<tool_call>\n', llama3: '', mistral: '[TOOL_CALLS]' }[format];
  const closing = format === 'hermes' ? '\n</tool_call>' : '';
  const behind = (calls: string[]) => opening + forcedText(format, calls).trimStart() + closing;
  const good = call(format, 'add', '{"a": 1}');
  const bad = call(format, 'add', '{"a": 3}');
  const strict = [tool('add', { strict: true }), tool('sub')];

  it('is any text without calls, and only good calls', () => {
    const possible = admits(possibleCalls(wish(format, false, strict)));
    for (const text of [
      '',
      'Hi \u{1F600}.',
      'a < b <tool_ <<t [TOOL_',
      behind([good]),
      behind([good, good]),
    ]) {
      expect(possible(text), text).toBe(true);
    }
    for (const text of [behind([bad]), behind([good, bad])]) expect(possible(text), text).toBe(false);
    if (format === 'llama3') return;
    expect(possible(behind(['x']))).toBe(false);
    const said = `So: ${behind([good])} Then: ${behind([good])} Done.`;
    expect(possible(said)).toBe(true);
    expect(possible(said.replace('1}', '3}'))).toBe(false);
  });

  it('ends with the one call that it may hold', () => {
    const possible = admits(possibleCalls(wish(format, true, strict)));
    expect(possible('Hi.')).toBe(true);
    const before = format === 'llama3' ? '' : 'So: ';
    const end = closing.length === 0 ? undefined : -closing.length;
    expect(possible((before + behind([good])).slice(0, end))).toBe(true);
    expect(possible(`${before}${behind([good])} More.`)).toBe(false);
  });

  it('or is in the form that was asked for', () => {
    const schema = {
      type: 'object',
      properties: { b: { const: 1 } },
      required: ['b'],
      additionalProperties: false,
    };
    const content = { kind: 'json_schema', schema, param: 'x' } as const;
    const either = admits(contentOrCalls(content, wish(format, true)));
    expect(either('{"b": 1}')).toBe(true);
    expect(either('{"b": 2}')).toBe(false);
    expect(either('Hi.')).toBe(false);
    const announced = format === 'hermes' ? `<tool_call>\n${good}` : behind([good]);
    expect(either(announced)).toBe(true);
  });
});

describe('prose in special tokens', () => {
  it('knows the one that announces a call from all others', () => {
    const names = ['<tool_call>', '<tool_calls>', '<think>'];
    const vocabulary = {
      size: 260,
      tokenBytes: (id: number) => BYTE_VOCABULARY.tokenBytes(id < 256 ? id : 256),
      specialName: (id: number) => names[id - 257] ?? '',
      endTokenIds: new Set([256]),
    };
    const constraint = possibleCalls(wish('hermes', false, [tool('add', { strict: true })]));
    const matcher = new GrammarConstrainer(vocabulary).start(constraintGrammar(constraint));
    for (const id of [257, 258, 259])
      expect(allows(matcher.allowed(Number.POSITIVE_INFINITY), id)).toBe(true);
    matcher.accept(259);
    expect(allows(matcher.allowed(Number.POSITIVE_INFINITY), 256)).toBe(true);
    matcher.accept(257);
    // A call must follow now.
    expect(allows(matcher.allowed(Number.POSITIVE_INFINITY), 256)).toBe(false);
    expect(allows(matcher.allowed(Number.POSITIVE_INFINITY), 0x0a)).toBe(true);
    expect(allows(matcher.allowed(Number.POSITIVE_INFINITY), 0x61)).toBe(false);
  });
});

describe('schemas', () => {
  it('of functions that are not strict give way to any object where they cannot be enforced', () => {
    const parameters = { type: 'object', properties: { a: { type: 'integer' } }, not: { required: ['b'] } };
    const lenient = admits(forcedCalls(wish('llama3', true, [tool('f', { parameters })])));
    expect(lenient('{"name": "f", "parameters": {"z": [1]}}')).toBe(true);
    const insisting = forcedCalls(wish('llama3', true, [tool('f', { parameters, strict: true })]));
    expect(() => constraintGrammar(insisting)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        param: expect.stringMatching(/^tools\[0\]\.function\.parameters/),
      }),
    );
  });

  it('are closed where that changes nothing that was said', () => {
    const inner = { type: 'object', properties: { b: {} } };
    const closedInner = { ...inner, additionalProperties: false };
    const open = { ...inner, additionalProperties: true };
    expect(closedSchema({ type: 'object' })).toEqual({ type: 'object' });
    const nested = { properties: { properties: inner, o: open, l: { items: inner } }, $defs: { inner } };
    expect(closedSchema(nested)).toEqual({
      properties: { properties: closedInner, o: open, l: { items: closedInner } },
      $defs: { inner: closedInner },
      additionalProperties: false,
    });
    expect(closedSchema({ properties: { a: { anyOf: [inner, { type: 'null' }] } } })).toEqual({
      properties: { a: { anyOf: [closedInner, { type: 'null' }] } },
      additionalProperties: false,
    });
    for (const composed of [
      { properties: { a: {} }, anyOf: [{ required: ['a'] }, inner] },
      { properties: { a: { allOf: [inner, { properties: { c: {} } }] } } },
      { properties: { a: { $ref: '#/$defs/x', properties: { c: {} } } }, $defs: { x: inner } },
    ]) {
      expect(closedSchema(composed)).toBe(composed);
    }
  });
});
