import type { ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { NO_OWNER } from '../../../src/core/index.ts';
import { openApiDocument } from '../../../src/protocol/index.ts';
import { dataOf, scriptedApp } from '../../support/http-test-app.ts';
import { closed, complaints, schemaValidator } from '../../support/json-schema.ts';

interface Content {
  readonly content: Readonly<Record<string, { readonly schema?: object }>>;
}

type Paths = Readonly<
  Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Content>> }>>>
>;

const documented = openApiDocument() as { paths: Paths; components: object };
const ajv = schemaValidator();
ajv.addSchema({ $id: 'api', components: closed(documented.components) as object });

const validators = new Map<string, ValidateFunction>();

/** What the document has against an answer, with no field allowed that it does not list. */
function against(path: string, status: string, type: string, value: unknown): string[] {
  const key = `${path} ${status} ${type}`;
  const validate = validators.get(key) ?? validatorOf(path, status, type);
  validators.set(key, validate);
  return complaints(validate, value);
}

function validatorOf(path: string, status: string, type: string): ValidateFunction {
  const responses = documented.paths[path]?.get?.responses ?? documented.paths[path]?.post?.responses;
  const schema = responses?.[status]?.content[type]?.schema;
  if (schema === undefined) throw new Error(`The document has no ${type} for ${status} of ${path}.`);
  const absolute = JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', '"api#/'));
  return ajv.compile(absolute);
}

const api = scriptedApp({ tokens: ['Hel', 'lo', ' \u{1F600}'], heldText: '!', rungs: [0, 1, 1] });
const calling = scriptedApp({
  tokens: ['Well', '<tool_call>{"name": "f", ', '"arguments": {"a":', ' 1}', '}'],
});
const parameters = { type: 'object', properties: { a: { type: 'integer' } } };
const chatTools = { tools: [{ type: 'function', function: { name: 'f', parameters } }] };
const flatTools = { tools: [{ type: 'function', name: 'f', parameters }] };
const messages = [{ role: 'user', content: 'hello' }];
const prompts = { chat: { messages }, text: { prompt: ['once', 'twice'] } };
const told = { logprobs: true, top_logprobs: 3 };
const pieces = { stream: true, stream_options: { include_precision: true } };
const usage = { stream: true, stream_options: { include_usage: true } };

const BODIES: readonly (readonly [path: string, body: object])[] = [
  ['/v1/chat/completions', prompts.chat],
  ['/v1/chat/completions', { ...prompts.chat, n: 2, ...told }],
  ['/v1/chat/completions', { ...prompts.chat, stream: true }],
  ['/v1/chat/completions', { ...prompts.chat, n: 2, ...told, ...usage }],
  ['/v1/chat/completions', { ...prompts.chat, n: 2, ...pieces }],
  ['/v1/completions', prompts.text],
  ['/v1/completions', { ...prompts.text, n: 2, logprobs: 2, echo: true }],
  ['/v1/completions', { prompt: [[65, 66], [67]], logprobs: 0, echo: true }],
  ['/v1/completions', { ...prompts.text, stream: true }],
  ['/v1/completions', { ...prompts.text, ...pieces }],
  ['/v1/completions', { ...prompts.text, n: 2, logprobs: 2, echo: true, ...usage }],
  ['/v1/responses', { input: 'hello' }],
  ['/v1/responses', { input: 'hello', max_output_tokens: 2, instructions: 'be brief', temperature: 0 }],
  ['/v1/responses', { input: messages, top_logprobs: 2, metadata: { a: 'b' } }],
  ['/v1/responses', { input: messages, include: ['message.output_text.logprobs'], stream: true }],
  ['/v1/responses', { input: 'hello', max_output_tokens: 2, stream: true }],
  ['/v1/chat/completions', { ...prompts.chat, ...chatTools }],
  ['/v1/chat/completions', { ...prompts.chat, ...chatTools, ...usage, logprobs: true }],
  ['/v1/responses', { input: 'hello', ...flatTools, tool_choice: 'required' }],
  ['/v1/responses', { input: 'hello', ...flatTools, stream: true }],
  ['/tokenize', { prompt: 'hello' }],
  ['/tokenize', { messages }],
  ['/detokenize', { tokens: [72, 105] }],
];

beforeAll(() => {
  const decision = {
    action: 'decode' as const,
    admitted: false,
    rung: 1,
    fromMs: 1,
    untilMs: 20,
    steps: 3,
    tokens: 3,
    reason: null,
  };
  api.service.kept.set(`${NO_OWNER} req_1`, [
    { id: 'chatcmpl-1', tier: 'flex', ttftMs: 2000, tpotMs: 50, decisions: [decision], omitted: 0 },
  ]);
});

describe('[H2] answers have the fields that the document lists, and no others', () => {
  it.each(BODIES)('%s %j', async (path, body) => {
    const { post } = 'tools' in body ? calling : api;
    const answer = await post(path, { model: 'tiny', ...body });
    expect(answer.status).toBe(200);
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const text = await answer.text();
    const values = type === 'application/json' ? [text] : dataOf(text).filter((data) => data !== '[DONE]');
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(against(path, '200', type, JSON.parse(value)), value).toEqual([]);
  });

  it.each([
    ['/v1/models', '/v1/models'],
    ['/v1/models/tiny@q4', '/v1/models/{model}'],
    ['/v1/precision', '/v1/precision'],
    ['/v1/requests/req_1/decisions', '/v1/requests/{id}/decisions'],
    ['/health/live', '/health/live'],
    ['/health/ready', '/health/ready'],
    ['/dashboard/data', '/dashboard/data'],
    ['/dashboard/data?after=-1', '/dashboard/data'],
  ])('%s', async (path, documentedPath) => {
    const answer = await api.app.request(path);
    expect(answer.status).toBe(200);
    expect(against(documentedPath, '200', 'application/json', await answer.json())).toEqual([]);
  });

  it('of a server that is not ready, of a refusal, and of streams that break off', async () => {
    const { app, service, post } = scriptedApp();
    service.state = { ready: false, reason: 'draining' };
    const ready = await app.request('/health/ready');
    expect(against('/health/ready', '503', 'application/json', await ready.json())).toEqual([]);
    const refused = await post('/v1/responses', { model: 'tiny', input: 'x', store: true });
    expect(refused.status).toBe(400);
    expect(against('/v1/responses', 'default', 'application/json', await refused.json())).toEqual([]);
    const failure = { code: 'engine_unavailable' as const, message: 'Restarting.' };
    service.script = () => ({ tokens: ['a'], failure });
    const body = { model: 'tiny', input: 'hello', stream: true };
    const last = dataOf(await (await post('/v1/responses', body)).text()).at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ type: 'error', code: 'engine_unavailable' });
    expect(against('/v1/responses', '200', 'text/event-stream', JSON.parse(last))).toEqual([]);
  });
});

describe('the check of answers', () => {
  it('would see a field that is not listed, missing or of another type', async () => {
    const answer = await api.post('/tokenize', { prompt: 'a' });
    const good = (await answer.json()) as object;
    const check = (value: object) => against('/tokenize', '200', 'application/json', value);
    expect(check(good)).toEqual([]);
    expect(check({ ...good, more: 1 })).toHaveLength(1);
    expect(check({ ...good, count: 'one' })).toHaveLength(1);
    expect(check({ count: 1 })).toHaveLength(2);
  });
});
