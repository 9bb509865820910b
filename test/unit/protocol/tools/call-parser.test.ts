import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ToolFormat } from '../../../../src/core/index.ts';
import { type AnswerPiece, addPiece } from '../../../../src/protocol/tools/answer-piece.ts';
import { CallParser } from '../../../../src/protocol/tools/call-parser.ts';
import type { CallReading } from '../../../../src/protocol/tools/call-reading.ts';

const NAMES = new Set(['add', 'look_up']);

/** What an answer comes to: its text, and calls as `name(arguments)`. */
interface Read {
  readonly text: string;
  readonly calls: string[];
  readonly called: boolean;
}

function read(format: ToolFormat, parts: readonly string[], changes: Partial<CallReading> = {}): Read {
  const parser = new CallParser({ format, names: NAMES, parallel: true, begun: false, ...changes });
  const pieces: AnswerPiece[] = [];
  for (const part of parts) for (const piece of parser.push(part)) addPiece(pieces, piece);
  for (const piece of parser.end()) addPiece(pieces, piece);
  return { ...asRead(pieces), called: parser.called };
}

function asRead(pieces: readonly AnswerPiece[]): Omit<Read, 'called'> {
  const calls: { name: string; args: string }[] = [];
  let text = '';
  for (const piece of pieces) {
    if (piece.type === 'text') text += piece.text;
    else if (piece.type === 'call') {
      expect(piece.index).toBe(calls.length);
      calls.push({ name: piece.name, args: '' });
    } else (calls[piece.index] as { args: string }).args += piece.text;
  }
  return { text, calls: calls.map(({ name, args }) => `${name}(${args})`) };
}

const whole = (format: ToolFormat, text: string, changes: Partial<CallReading> = {}) =>
  read(format, [text], changes);

/** Answers with what is found in them. */
const ANSWERS: readonly (readonly [format: ToolFormat, answer: string, text: string, calls: string[]])[] = [
  // Nothing but text.
  ['hermes', '', '', []],
  ['hermes', ' a < b, {"name": "add"} \n', ' a < b, {"name": "add"} \n', []],
  ['mistral', '[TOOL_CALL] [1]', '[TOOL_CALL] [1]', []],
  ['llama3', 'The sum is {"name": "add"}', 'The sum is {"name": "add"}', []],
  // One call, in each format's own words.
  ['hermes', '<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>', '', ['add({"a": 1})']],
  ['llama3', '{"name": "add", "parameters": {"a": 1}}', '', ['add({"a": 1})']],
  ['llama3', '<|python_tag|>{"type": "function", "name": "add", "parameters": {}}', '', ['add({})']],
  ['mistral', '[TOOL_CALLS] [{"name": "add", "arguments": {"a": 1}}]', '', ['add({"a": 1})']],
  // Members in another order, or left out.
  ['hermes', '<tool_call>{"arguments": {"a": [1, "}"]}, "name": "add"}', '', ['add({"a": [1, "}"]})']],
  ['hermes', '<tool_call>{"name": "add"}</tool_call>', '', ['add({})']],
  ['hermes', '<tool_call>{"name":"add","arguments":null,"id":null}</tool_call>', '', ['add({})']],
  ['mistral', '[TOOL_CALLS][{"name":"add","arguments":{},"id":"abcdefghi"}]', '', ['add({})']],
  ['hermes', '<tool_call>{"name": "\\u0061dd", "arguments": {}}</tool_call>', '', ['add({})']],
  // Braces, quotes and marks in strings; characters beyond the basic plane.
  [
    'hermes',
    '<tool_call>{"name": "add", "arguments": {"t": "}</tool_call>\\"{ é \u{1F600}"}}</tool_call>',
    '',
    ['add({"t": "}</tool_call>\\"{ é \u{1F600}"})'],
  ],
  // Text before and behind; white space beside a call is none of it.
  [
    'hermes',
    'Let me see. \n<tool_call>{"name": "add", "arguments": {}}</tool_call>\n',
    'Let me see.',
    ['add({})'],
  ],
  ['hermes', '<tool_call>{"name": "add", "arguments": {}}</tool_call>\nDone. ', '\nDone.', ['add({})']],
  // Several calls.
  [
    'hermes',
    '<tool_call>{"name": "add", "arguments": {}}</tool_call>\n<tool_call>\n{"name": "look_up", "arguments": {"q": "x"}}\n</tool_call>',
    '',
    ['add({})', 'look_up({"q": "x"})'],
  ],
  [
    'hermes',
    '<tool_call>{"name": "add", "arguments": {}}<tool_call>{"name": "add", "arguments": {}}',
    '',
    ['add({})', 'add({})'],
  ],
  [
    'mistral',
    '[TOOL_CALLS] [{"name": "add", "arguments": {}}, {"name": "look_up", "arguments": {"q": "]"}}]',
    '',
    ['add({})', 'look_up({"q": "]"})'],
  ],
  [
    'llama3',
    '{"name": "add", "parameters": {}}; {"name": "look_up", "parameters": {}}',
    '',
    ['add({})', 'look_up({})'],
  ],
  // Broken off, at the limit of tokens: in the arguments, and before it was a call.
  ['hermes', '<tool_call>{"name": "add", "arguments": {"a": "so', '', ['add({"a": "so)']],
  ['hermes', 'So: <tool_call>{"name": "ad', 'So: <tool_call>{"name": "ad', []],
  ['llama3', '{"name": "add", "param', '{"name": "add", "param', []],
  ['mistral', '[TOOL_CALLS] [', '[TOOL_CALLS] [', []],
  // No calls: of an unknown function, without a name, malformed before the arguments.
  [
    'hermes',
    '<tool_call>{"name": "sub", "arguments": {"a": 1}}</tool_call>',
    '<tool_call>{"name": "sub", "arguments": {"a": 1}}</tool_call>',
    [],
  ],
  ['hermes', '<tool_call>{"arguments": {}}</tool_call>', '<tool_call>{"arguments": {}}</tool_call>', []],
  ['hermes', '<tool_call>{"name": add}', '<tool_call>{"name": add}', []],
  [
    'hermes',
    '<tool_call>{"name": "add", "arguments": [1]}',
    '<tool_call>{"name": "add", "arguments": [1]}',
    [],
  ],
  ['llama3', '{"answer": 42}', '{"answer": 42}', []],
  ['llama3', '<|python_tag|>print(1)', '<|python_tag|>print(1)', []],
  // One that is none does not hide one that is.
  [
    'hermes',
    '<tool_call>oops<tool_call>{"name": "add", "arguments": {}}</tool_call>',
    '<tool_call>oops',
    ['add({})'],
  ],
  ['hermes', '<tool<tool_call>{"name": "add", "arguments": {}}', '<tool', ['add({})']],
  // Arguments are as they were written, JSON or not.
  ['hermes', '<tool_call>{"name": "add", "arguments": {a: 1}}</tool_call>', '', ['add({a: 1})']],
  ['hermes', '<tool_call>{"name": "add", "arguments": {}} x', ' x', ['add({})']],
];

describe('calls in an answer', () => {
  it.each(ANSWERS)('%s: %s', (format, answer, text, calls) => {
    expect(whole(format, answer)).toMatchObject({ text, calls });
  });

  it('[T1] are the same however the answer is divided', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ANSWERS),
        fc.array(fc.nat(200), { maxLength: 12 }),
        ([format, answer], cuts) => {
          const at = [0, ...cuts.map((cut) => cut % (answer.length + 1)), answer.length].sort(
            (a, b) => a - b,
          );
          const parts = at.slice(1).map((end, i) => answer.slice(at[i], end));
          expect(read(format, parts)).toEqual(whole(format, answer));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(ANSWERS)('are the same character by character, %s: %s', (format, answer) => {
    expect(read(format, answer.split(''))).toEqual(whole(format, answer));
  });

  it('lose nothing of a text without calls, whatever it is', () => {
    const fragment = fc.constantFrom(
      ...[
        '<tool_call>',
        '</tool_call>',
        '<tool',
        '[TOOL_CALLS]',
        '[',
        '{',
        '"name"',
        ': ',
        '"sub"',
        ',',
        '}',
      ],
      ...['<|python_tag|>', ' ', '\n', 'a', '"', '\\', ';', ']', '\u{1F600}'],
    );
    const formats = fc.constantFrom<ToolFormat>('hermes', 'llama3', 'mistral');
    fc.assert(
      fc.property(formats, fc.array(fragment, { maxLength: 20 }), (format, parts) => {
        const found = read(format, parts);
        expect(found).toEqual({ text: parts.join(''), calls: [], called: false });
      }),
      { numRuns: 500 },
    );
  });

  it('come out as they are written, as soon as they are certain', () => {
    const parser = new CallParser({ format: 'hermes', names: NAMES, parallel: true, begun: false });
    const written = [
      'Well ',
      '<tool',
      '_call>{"name": "add',
      '", "arg',
      'uments": {"a"',
      ': 1',
      '}}',
      ' </tool',
    ];
    expect(written.map((part) => parser.push(part))).toEqual([
      [{ type: 'text', text: 'Well' }],
      [],
      [],
      [],
      [
        { type: 'call', index: 0, name: 'add' },
        { type: 'arguments', index: 0, text: '{"a"' },
      ],
      [{ type: 'arguments', index: 0, text: ': 1' }],
      [{ type: 'arguments', index: 0, text: '}' }],
      [],
    ]);
  });
});

describe('the end of an answer', () => {
  it('is a call if the last one is whole', () => {
    const call = '<tool_call>{"name": "add", "arguments": {}}';
    expect(whole('hermes', call).called).toBe(true);
    expect(whole('hermes', `${call}</tool_call> Done.`).called).toBe(true);
    expect(whole('hermes', call.slice(0, -1)).called).toBe(true);
    expect(whole('hermes', call.slice(0, -2)).called).toBe(false);
    expect(whole('hermes', `${call}</tool_call>${call.slice(0, -2)}`).called).toBe(false);
    expect(whole('hermes', 'Done.').called).toBe(false);
  });
});

describe('an answer that may hold one call', () => {
  const one = { parallel: false };
  it('ends with it', () => {
    const call = '{"name": "add", "arguments": {"a": 1}}';
    const first = ['add({"a": 1})'];
    expect(whole('mistral', `[TOOL_CALLS] [${call}, ${call}] x`, one)).toMatchObject({
      text: '',
      calls: first,
    });
    const tagged = `<tool_call>${call}</tool_call>`;
    expect(whole('hermes', `a ${tagged}${tagged} b`, one)).toMatchObject({ text: 'a', calls: first });
  });
});

describe('an answer that begins inside of a call', () => {
  const begun = { begun: true };
  it.each<[ToolFormat, string]>([
    ['hermes', '{"name": "add", "arguments": {"a": 1}}\n</tool_call>'],
    ['llama3', '{"name": "add", "parameters": {"a": 1}}'],
    ['mistral', '[{"name": "add", "arguments": {"a": 1}}]'],
  ])('%s', (format, answer) => {
    expect(whole(format, answer, begun)).toEqual({ text: '', calls: ['add({"a": 1})'], called: true });
  });

  it('may still break off', () => {
    expect(whole('hermes', '{"name"', begun)).toEqual({ text: '{"name"', calls: [], called: false });
  });
});
