import { describe, expect, it } from 'vitest';
import { dataOf, scriptedApp } from '../../support/http-test-app.ts';

const messages = [{ role: 'user', content: 'hello' }];
const chatTools = ['add', 'look_up'].map((name) => ({ type: 'function', function: { name } }));
const flatTools = ['add', 'look_up'].map((name) => ({ type: 'function', name }));

/** Says this, in tokens of three characters. */
function saying(text: string, reply: object = {}) {
  return scriptedApp({ tokens: text.match(/.{1,3}/gs) ?? [], ...reply });
}

const CALLS =
  'So: <tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>\n' +
  '<tool_call>\n{"name": "look_up", "arguments": {}}\n</tool_call>';

async function chat(text: string, fields: object = {}, reply: object = {}) {
  const { post } = saying(text, reply);
  const answer = await post('/v1/chat/completions', {
    model: 'tiny',
    messages,
    tools: chatTools,
    ...fields,
  });
  expect(answer.status).toBe(200);
  return answer;
}

async function chatChoice(text: string, fields: object = {}, reply: object = {}) {
  const answer = (await (await chat(text, fields, reply)).json()) as { choices: Record<string, unknown>[] };
  return answer.choices[0];
}

async function chatChunks(text: string, fields: object = {}) {
  const frames = dataOf(await (await chat(text, { ...fields, stream: true })).text());
  expect(frames.at(-1)).toBe('[DONE]');
  return frames.slice(0, -1).map((frame) => JSON.parse(frame).choices[0]);
}

const call = (index: number, name: string, args: string) => ({
  id: expect.stringMatching(new RegExp(`^call_\\w+_0_${index}$`)),
  type: 'function',
  function: { name, arguments: args },
});

describe('calls in a chat', () => {
  it('have ids, and end it', async () => {
    expect(await chatChoice(CALLS)).toEqual({
      index: 0,
      message: {
        role: 'assistant',
        content: 'So:',
        refusal: null,
        tool_calls: [call(0, 'add', '{"a": 1}'), call(1, 'look_up', '{}')],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    });
    const one = await chatChoice(CALLS.slice(4), { parallel_tool_calls: false });
    expect(one?.message).toMatchObject({ content: null, tool_calls: [call(0, 'add', '{"a": 1}')] });
  });

  it('are streamed as they come', async () => {
    const chunks = await chatChunks(CALLS);
    const deltas = chunks.map(({ delta }) => delta);
    expect(deltas[0]).toEqual({ role: 'assistant', content: null, refusal: null });
    expect(
      deltas
        .slice(1)
        .map((delta) => delta.content ?? '')
        .join(''),
    ).toBe('So:');
    const pieces = deltas.flatMap((delta) => delta.tool_calls ?? []);
    expect(pieces.filter(({ id }) => id !== undefined)).toEqual([
      { index: 0, ...call(0, 'add', '') },
      { index: 1, ...call(1, 'look_up', '') },
    ]);
    const argumentsOf = (index: number) =>
      pieces.filter((piece) => piece.index === index).map((piece) => piece.function.arguments);
    expect(argumentsOf(0).length).toBeGreaterThan(3);
    expect(argumentsOf(0).join('')).toBe('{"a": 1}');
    expect(argumentsOf(1).join('')).toBe('{}');
    expect(chunks.at(-1)).toMatchObject({ delta: {}, finish_reason: 'tool_calls' });
  });

  it('are text where they are of no function that may be called', async () => {
    const unknown = '<tool_call>{"name": "sub", "arguments": {}}</tool_call>';
    const choice = await chatChoice(unknown);
    expect(choice).toMatchObject({ message: { content: unknown }, finish_reason: 'stop' });
    expect(choice?.message).not.toHaveProperty('tool_calls');
    const none = await chatChoice(CALLS, { tool_choice: 'none' });
    expect(none).toMatchObject({ message: { content: CALLS }, finish_reason: 'stop' });
  });

  it('that break off are told as far as they came', async () => {
    const begun = '<tool_call>{"name": "add", "arguments": {"a": ';
    const cut = await chatChoice(begun, {}, { finishReason: 'length' });
    expect(cut).toMatchObject({
      message: { tool_calls: [call(0, 'add', '{"a": ')] },
      finish_reason: 'length',
    });
    expect(await chatChoice(begun)).toMatchObject({ finish_reason: 'stop' });
  });

  it('belong to their choice', async () => {
    const answer = await chat(CALLS, { n: 2 });
    const { choices } = (await answer.json()) as { choices: { message: { tool_calls: { id: string }[] } }[] };
    const ids = choices.flatMap(({ message }) => message.tool_calls.map(({ id }) => id));
    expect(new Set(ids).size).toBe(4);
  });

  it('are told of by logprobs, token by token', async () => {
    const told = (await chatChoice(CALLS, { logprobs: true })) ?? {};
    const text = (tokens: { token: string }[]) => tokens.map(({ token }) => token).join('');
    const { content } = told.logprobs as { content: { token: string }[] };
    expect(text(content)).toBe(CALLS);
    const chunks = await chatChunks(CALLS, { logprobs: true });
    expect(text(chunks.flatMap(({ logprobs }) => logprobs?.content ?? []))).toBe(CALLS);
  });
});

async function response(text: string, fields: object = {}, reply: object = {}) {
  const { post } = saying(text, reply);
  const body = { model: 'tiny', input: 'hello', tools: flatTools, ...fields };
  const answer = await post('/v1/responses', body);
  expect(answer.status).toBe(200);
  return answer;
}

describe('calls in a response', () => {
  const message = (text: string, id: RegExp) => ({
    id: expect.stringMatching(id),
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
  });
  const item = (index: number, name: string, args: string, status = 'completed') => ({
    id: expect.stringMatching(new RegExp(`^fc_\\w+_${index}$`)),
    type: 'function_call',
    status,
    call_id: expect.stringMatching(new RegExp(`^call_\\w+_0_${index}$`)),
    name,
    arguments: args,
  });

  it('are items of the output, in their place', async () => {
    const { output, ...rest } = (await (await response(`${CALLS} Done.`)).json()) as { output: object[] };
    expect(output).toEqual([
      message('So:', /^msg_[a-z0-9]+$/),
      item(0, 'add', '{"a": 1}'),
      item(1, 'look_up', '{}'),
      message(' Done.', /^msg_\w+_3$/),
    ]);
    expect(rest).toMatchObject({ status: 'completed', parallel_tool_calls: true, tool_choice: 'auto' });
  });

  it('are streamed with events of their own', async () => {
    const frames = dataOf(await (await response(CALLS, { stream: true })).text());
    const events = frames.map((frame) => JSON.parse(frame));
    const types = events.map(({ type }) => type.replace('response.', ''));
    const once = types.filter((type, i) => type !== types[i - 1]);
    const callEvents = [
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
    ];
    expect(once).toEqual([
      ...['created', 'in_progress', 'output_item.added', 'content_part.added', 'output_text.delta'],
      ...[
        'output_text.done',
        'content_part.done',
        'output_item.done',
        ...callEvents,
        ...callEvents,
        'completed',
      ],
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, i) => i));
    const of = (type: string, index: number) =>
      events.filter((event) => event.type === `response.${type}` && event.output_index === index);
    expect(of('output_item.added', 1)[0].item).toEqual(item(0, 'add', '', 'in_progress'));
    const deltas = of('function_call_arguments.delta', 1).map(({ delta }) => delta);
    expect(deltas.join('')).toBe('{"a": 1}');
    expect(of('function_call_arguments.done', 1)[0]).toMatchObject({ name: 'add', arguments: '{"a": 1}' });
    expect(of('output_item.done', 2)[0].item).toEqual(item(1, 'look_up', '{}'));
    const whole = (await (await response(CALLS)).json()) as { output: object[] };
    const ids = /(msg|fc|call|resp)_[a-z0-9]+/g;
    expect(JSON.stringify(events.at(-1).response.output).replace(ids, '$1')).toBe(
      JSON.stringify(whole.output).replace(ids, '$1'),
    );
  });

  it('need no message, and an answer without either is an empty one', async () => {
    const calls = (await (await response(CALLS.slice(4))).json()) as { output: { type: string }[] };
    expect(calls.output.map(({ type }) => type)).toEqual(['function_call', 'function_call']);
    const nothing = (await (await response('')).json()) as { output: object[] };
    expect(nothing.output).toEqual([message('', /^msg_/)]);
    const types = dataOf(await (await response('', { stream: true })).text()).map(
      (frame) => JSON.parse(frame).type,
    );
    expect(types.slice(2, 4)).toEqual(['response.output_item.added', 'response.content_part.added']);
  });

  it('that break off are incomplete', async () => {
    const begun = '<tool_call>{"name": "add", "arguments": {"a": ';
    const cut = await response(begun, {}, { finishReason: 'length' });
    expect(await cut.json()).toMatchObject({
      status: 'incomplete',
      output: [item(0, 'add', '{"a": ', 'incomplete')],
    });
  });
});
