import { afterEach, describe, expect, it } from 'vitest';
import { trailer } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

let open: GrpcTestServer | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

const CALLS = 'So: <tool_call>{"name": "add", "arguments": {"a": 1}}</tool_call> Done.';
const SCHEMA = { type: 'object', properties: { b: { type: 'integer' }, a: { type: 'integer' } } };
const tool = (fields: object = {}) => ({ function: { name: 'add', ...fields } });
const chat = {
  model: 'tiny',
  messages: [{ role: 'CHAT_ROLE_USER', content: 'hi' }],
  tools: [tool({ description: 'adds', parameters: JSON.stringify(SCHEMA), strict: true })],
};

async function start() {
  open = await grpcTestServer({ tokens: CALLS.match(/.{1,5}/g) ?? [] });
  return { ...open, client: open.connect() };
}

describe('tools over gRPC', () => {
  it('are told to the model, and Chat answers with calls', async () => {
    const { client, service } = await start();
    const { replies, status } = await client.call('Chat', chat);
    expect(status.code).toBe(0);
    expect(replies[0].choices[0].message).toMatchObject({
      role: 'CHAT_ROLE_ASSISTANT',
      content: 'So: Done.',
      tool_calls: [{ id: 'call_id2_0_0', name: 'add', arguments: '{"a": 1}' }],
    });
    expect(replies[0].choices[0]).toMatchObject({ finish_reason: 'FINISH_REASON_TOOL_CALLS' });
    const [request] = service.received;
    expect(request?.toolMarkers).toBe(true);
    expect(request?.prompt).toMatchObject({
      tools: [{ name: 'add', description: 'adds', parameters: SCHEMA, strict: true }],
    });
    // The order of properties survives, which is the order they are written in.
    expect(JSON.stringify(request?.prompt)).toContain(JSON.stringify(SCHEMA));
  });

  it('ChatStream tells of calls as they come, beside their tokens', async () => {
    const { client } = await start();
    const { replies } = await client.call('ChatStream', chat);
    const deltas = replies.flatMap(({ event, delta }) => (event === 'delta' ? [delta] : []));
    expect(deltas.map(({ text }) => text).join('')).toBe('So: Done.');
    expect(deltas.flatMap(({ tokens }) => tokens)).toHaveLength(Math.ceil(CALLS.length / 5));
    const pieces = deltas.flatMap(({ tool_calls }) => tool_calls);
    expect(pieces[0]).toMatchObject({ index: 0, id: 'call_id2_0_0', name: 'add' });
    expect(pieces.slice(1).every(({ name }) => name === undefined)).toBe(true);
    expect(pieces.map((piece) => piece.arguments).join('')).toBe('{"a": 1}');
    expect(replies.at(-2)?.choice_finished).toMatchObject({ finish_reason: 'FINISH_REASON_TOOL_CALLS' });
  });

  it('go with an output format: an answer is in that form, or calls', async () => {
    const { client, service } = await start();
    const options = { output_format: { json_object: {} } };
    await client.call('Chat', { ...chat, options });
    expect(service.received[0]?.constraint).toMatchObject({
      kind: 'choice',
      options: [{ kind: 'json' }, {}],
    });
  });

  it('may be left out, or asked for by name', async () => {
    const { client, service } = await start();
    const none = await client.call('Chat', { ...chat, tool_choice: { mode: 'TOOL_CHOICE_MODE_NONE' } });
    expect(none.replies[0].choices[0].message).toMatchObject({ content: CALLS, tool_calls: [] });
    await client.call('Chat', { ...chat, tool_choice: { function_name: 'add' } });
    expect(service.received[1]?.prompt).toMatchObject({ answerStart: '<tool_call>' });
    expect(service.received[1]?.constraint).toMatchObject({ kind: 'sequence' });
    const conversation = { messages: chat.messages, tools: chat.tools };
    await client.call('Tokenize', { model: 'tiny', conversation });
    expect(service.tokenized[0]?.prompt).toMatchObject({ tools: [{ name: 'add' }] });
  });

  it.each<[object, string]>([
    [{ tools: [{}] }, 'tools[0].function'],
    [{ tools: [tool({ name: 'a b' })] }, 'tools[0].function.name'],
    [{ tools: [tool(), tool()] }, 'tools[1].function.name'],
    [{ tools: [tool({ parameters: '{' })] }, 'tools[0].function.parameters'],
    [{ tools: [tool({ parameters: '[]' })] }, 'tools[0].function.parameters'],
    [{ tool_choice: { function_name: 'sub' } }, 'tool_choice'],
    [{ tool_choice: { mode: 9 } }, 'tool_choice'],
    [{ messages: [...chat.messages, { role: 'CHAT_ROLE_TOOL', content: 'x' }] }, 'messages[1].tool_call_id'],
    [
      { messages: [...chat.messages, { role: 'CHAT_ROLE_TOOL', content: 'x', tool_call_id: 'c' }] },
      'messages[1].tool_call_id',
    ],
    [{ messages: [{ ...chat.messages[0], tool_call_id: 'c' }] }, 'messages[0].tool_call_id'],
    [
      { messages: [{ role: 'CHAT_ROLE_ASSISTANT', tool_calls: [{ id: '', name: 'f' }] }] },
      'messages[0].tool_calls[0].id',
    ],
  ])('are refused by the name of the field, %#', async (fields, param) => {
    const { client, service } = await start();
    const outcome = await client.call('Chat', { ...chat, ...fields });
    expect(outcome.status.code).toBe(3);
    expect(trailer(outcome, 'x-error-param')).toBe(param);
    expect(service.received).toEqual([]);
  });
});
