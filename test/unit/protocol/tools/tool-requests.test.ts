import { describe, expect, it } from 'vitest';
import { QueptError, type ToolFormat } from '../../../../src/core/index.ts';
import {
  parseChatRequest,
  parseResponseRequest,
  parseTokenizeRequest,
} from '../../../../src/protocol/index.ts';
import { FAKE_MODEL } from '../../../support/fake-inference-service.ts';
import { CONTEXT } from '../parse-context.ts';

const user = { role: 'user', content: 'hello' };
const parameters = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
const fn = (fields: object = {}) => ({ type: 'function', function: { name: 'add', ...fields } });
const call = (id: string) => ({ id, type: 'function', function: { name: 'add', arguments: '{}' } });
const asking = (...ids: string[]) => ({ role: 'assistant', content: null, tool_calls: ids.map(call) });
const result = (id: string) => ({ role: 'tool', content: 'x', tool_call_id: id });

function chat(fields: object, toolFormat: ToolFormat = 'hermes') {
  const served = { ...CONTEXT.served, toolFormat };
  return parseChatRequest({ model: 'tiny', messages: [user], ...fields }, { ...CONTEXT, served });
}

function response(fields: object) {
  return parseResponseRequest({ model: 'tiny', input: 'hello', ...fields }, { ...CONTEXT, id: 'resp_1' });
}

const promptOf = ({ requests }: ReturnType<typeof chat>) => requests[0]?.prompt;

describe('tools of a chat', () => {
  it('are told to the model, and calls of them are looked for', () => {
    const parsed = chat({
      tools: [fn({ description: 'adds', parameters, strict: true }), fn({ name: 'b' })],
    });
    expect(promptOf(parsed)).toEqual({
      kind: 'messages',
      messages: [user],
      tools: [
        { name: 'add', description: 'adds', parameters, strict: true },
        { name: 'b', description: '', parameters: { type: 'object', properties: {} }, strict: false },
      ],
    });
    expect(parsed.requests[0]?.toolMarkers).toBe(true);
    expect(parsed.calls).toEqual({
      format: 'hermes',
      names: new Set(['add', 'b']),
      parallel: true,
      begun: false,
    });
    expect(chat({ tools: [fn()], parallel_tool_calls: false }).calls?.parallel).toBe(false);
  });

  it('are not there where nothing may be called', () => {
    const none = chat({ tools: [fn()], tool_choice: 'none' });
    expect(none).toEqual(chat({}));
    for (const choice of ['none', 'auto', null])
      expect(chat({ tools: [], tool_choice: choice })).toEqual(none);
  });

  it.each<[ToolFormat, string | undefined]>([
    ['hermes', '<tool_call>'],
    ['llama3', undefined],
    ['mistral', '[TOOL_CALLS]'],
  ])('make the answer begin as a call where one is asked for, %s', (format, answerStart) => {
    const two = [fn(), fn({ name: 'b' })];
    const required = chat({ tools: two, tool_choice: 'required' }, format);
    expect(promptOf(required)).toMatchObject(answerStart === undefined ? {} : { answerStart });
    expect(required.calls).toMatchObject({ format, names: new Set(['add', 'b']), begun: true });
    const named = chat({ tools: two, tool_choice: { type: 'function', function: { name: 'b' } } }, format);
    expect(named.calls).toMatchObject({ names: new Set(['b']), parallel: false, begun: true });
  });

  it.each<[object, string, string]>([
    [{ tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'tools[0].type', "must be 'function'"],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function', 'is required'],
    [{ tools: [fn({ name: 'a b' })] }, 'tools[0].function.name', '1 to 64'],
    [{ tools: [fn({ name: 'a'.repeat(65) })] }, 'tools[0].function.name', '1 to 64'],
    [{ tools: [fn({ colour: 1 })] }, 'tools[0].function.colour', 'is unknown'],
    [{ tools: [fn(), fn()] }, 'tools[1].function.name', 'again'],
    [{ tools: [fn({ parameters: [] })] }, 'tools[0].function.parameters', 'must be an object, not an array'],
    [{ tools: [fn({ parameters: { type: 'string' } })] }, 'tools[0].function.parameters', "type 'object'"],
    [{ tools: [fn({ parameters: nested(40) })] }, 'tools[0].function.parameters', 'levels deep'],
    [
      { tools: [fn({ parameters: { title: 'x'.repeat(70_000) } })] },
      'tools[0].function.parameters',
      'characters of JSON',
    ],
    [{ tools: Array(129).fill(fn()) }, 'tools', 'at most 128 items'],
    [{ tools: [fn()], tool_choice: 'always' }, 'tool_choice', "'required' or a function"],
    [{ tools: [fn()], tool_choice: { type: 'allowed_tools' } }, 'tool_choice.type', "must be 'function'"],
    [{ tools: [fn()], tool_choice: 'required', ignore_eos: true }, 'ignore_eos', 'ends where'],
    [{ tools: [fn()], tool_choice: { type: 'function', function: { name: 'b' } } }, 'tool_choice', "'b'"],
    [{ tool_choice: 'required' }, 'tool_choice', "no 'tools'"],
    [{ tools: [fn()], parallel_tool_calls: 1 }, 'parallel_tool_calls', 'must be a boolean'],
  ])('are refused, %#', (fields, param, text) => {
    const attempt = () => chat(fields);
    expect(attempt).toThrow(QueptError);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'invalid_request', param, message: expect.stringContaining(text) }),
    );
  });

  it('of a schema as deep as a body can be are refused before they are walked', () => {
    expect(() => chat({ tools: [fn({ parameters: nested(5_000) })] })).toThrow(/levels deep/);
  });
});

describe('calls and results of a conversation', () => {
  it('are taken where they belong together', () => {
    const messages = [user, asking('c1', 'c2'), result('c2'), result('c1'), user, asking('c1'), result('c1')];
    expect(promptOf(chat({ messages }))).toMatchObject({
      messages: [
        {},
        { content: '', toolCalls: [{ id: 'c1' }, { id: 'c2' }] },
        { toolCallId: 'c2' },
        {},
        {},
        {},
        {},
      ],
    });
  });

  it.each<[object[], string]>([
    [[user, result('c1')], 'messages[1].tool_call_id'],
    [[user, asking('c1'), result('c2')], 'messages[2].tool_call_id'],
    [[user, asking('c1'), result('c1'), result('c1')], 'messages[3].tool_call_id'],
    [[user, asking('c1', 'c2'), result('c1'), user], 'messages[1].tool_calls'],
    [[user, asking('c1')], 'messages[1].tool_calls'],
    [[user, asking('c1', 'c1'), result('c1')], 'messages[1].tool_calls'],
    [[user, { ...asking('c1'), tool_calls: [] }], 'messages[1].content'],
    [[user, { ...asking('c1'), tool_calls: [{ ...call('c'), more: 1 }] }], 'messages[1].tool_calls[0].more'],
  ])('are refused where not, %#', (messages, param) => {
    expect(() => chat({ messages })).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
  });
});

describe('tools of a response', () => {
  const tool = { type: 'function', name: 'add', description: 'adds', parameters, strict: false };

  it('have their fields beside their type, and are repeated', () => {
    const parsed = response({ tools: [tool], tool_choice: { type: 'function', name: 'add' } });
    expect(promptOf(parsed)).toMatchObject({ tools: [{ name: 'add', description: 'adds', parameters }] });
    expect(parsed.calls).toMatchObject({ names: new Set(['add']), begun: true });
    expect(parsed.repeated).toMatchObject({
      tools: [tool],
      tool_choice: { type: 'function', name: 'add' },
      parallel_tool_calls: true,
    });
    expect(() => response({ tools: [tool, tool] })).toThrow(
      expect.objectContaining({ param: 'tools[1].name' }),
    );
  });

  it('are called and answered by items of the input', () => {
    const item = (id: string) => ({ type: 'function_call', call_id: id, name: 'add', arguments: '{}' });
    const output = (id: string) => ({ type: 'function_call_output', call_id: id, output: 'x' });
    const said = { role: 'assistant', content: 'Let me see.' };
    const input = [
      user,
      said,
      { ...item('c1'), id: 'fc_1', status: 'completed' },
      item('c2'),
      output('c1'),
      { ...output('c2'), output: [{ type: 'input_text', text: 'y' }] },
      item('c3'),
      output('c3'),
    ];
    const calls = (...ids: string[]) => ids.map((id) => ({ id, name: 'add', arguments: '{}' }));
    expect(promptOf(response({ input }))).toMatchObject({
      messages: [
        user,
        { ...said, toolCalls: calls('c1', 'c2') },
        { role: 'tool', content: 'x', toolCallId: 'c1' },
        { role: 'tool', content: 'y', toolCallId: 'c2' },
        { role: 'assistant', content: '', toolCalls: calls('c3') },
        { role: 'tool', content: 'x', toolCallId: 'c3' },
      ],
    });
    const refused = (items: object[]) => () => response({ input: items });
    expect(refused([user, output('c1')])).toThrow(expect.objectContaining({ param: 'input[1].call_id' }));
    expect(refused([user, said, item('c1'), user])).toThrow(
      expect.objectContaining({ param: 'input[2].call_id' }),
    );
    expect(refused([user, { ...item('c1'), more: 1 }, output('c1')])).toThrow(
      expect.objectContaining({ param: 'input[1].more' }),
    );
  });
});

it('tools count among the tokens of a conversation', () => {
  const body = { messages: [user], tools: [fn()] };
  expect(parseTokenizeRequest(body, FAKE_MODEL).prompt).toMatchObject({ tools: [{ name: 'add' }] });
  expect(() => parseTokenizeRequest({ prompt: 'x', tools: [fn()] }, FAKE_MODEL)).toThrow(
    expect.objectContaining({ param: 'tools' }),
  );
});

/** A schema of so many levels. */
function nested(levels: number): object {
  let schema: object = { type: 'object' };
  for (let i = 0; i < levels; i++) schema = { type: 'object', not: schema };
  return schema;
}
