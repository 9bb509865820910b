import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../src/protocol/index.ts';
import { FakeInferenceService } from '../../support/fake-inference-service.ts';
import { httpTestApp, scriptedApp } from '../../support/http-test-app.ts';
import { complaints, schemaValidator } from '../../support/json-schema.ts';

interface Schema {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

const documented = openApiDocument() as { paths: Record<string, Record<string, Operation>> };

const messages = [{ role: 'user', content: 'hello' }];
const MINIMAL: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { model: 'tiny', messages },
  '/v1/completions': { model: 'tiny', prompt: 'once' },
  '/v1/responses': { model: 'tiny', input: 'hello' },
  '/tokenize': { prompt: 'hello' },
  '/detokenize': { tokens: [72] },
};

const CALLING = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
};
const CALL_ITEM = { type: 'function_call', id: 'fc', call_id: 'c', name: 'f', arguments: '{}' };

/** Values of every kind and size, with those among them that some field takes. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 2, 3, 20, 21, 0.5, -2, 2.5, -3, 100, 128, 129, 2 ** 53, 1e19, 1e300],
  ...['', 'a', 'none', 'auto', 'default', 'fast', 'gold', 'medium', 'disabled', 'q4', '4', 'q4..q8', 'text'],
  ...[[], [1], ['a'], ['text'], [''], [null], [[1]], [[]], Array(17).fill('x'), ['a', 1], [{}]],
  ...[{}, { type: 'text' }, { type: 'json_object' }, { include_usage: true }, { a: 'b' }, { a: 1 }, { 5: 1 }],
  ...[{ 5: 101 }, { min_bits: 4 }, { max_bits: 'x' }, { effort: 'none' }, { format: { type: 'text' } }],
  ...[{ include_obfuscation: false }, { include_obfuscation: true }, { format: { type: 'json_schema' } }],
  ['message.output_text.logprobs'],
  ['file_search_call.results'],
  Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, 'v'])),
  ...[{ role: 'user', content: 'x' }, { role: 'tool', content: 'x' }, { role: 'assistant' }].map((m) => [m]),
  [{ role: 'assistant', content: 'x', tool_calls: [], refusal: null, annotations: [] }],
  [{ role: 'assistant', content: 'x', tool_calls: [{}] }],
  [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
  [{ role: 'user', content: [{ type: 'text', text: 'x', more: 1 }] }],
  [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }],
  [{ role: 'user', content: 'x', more: 1 }],
  [{ type: 'message', id: 'm', status: 'completed', role: 'assistant', content: 'x' }],
  [{ type: 'function_call', name: 'f' }],
  ...['required', { type: 'function', name: 'f' }, { type: 'function', function: { name: 'f' } }],
  [{ type: 'function', name: 'f' }],
  [{ type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: true }],
  [{ type: 'function', name: 'f', parameters: [] }],
  [{ type: 'function', function: { name: 'f', description: 'd', parameters: {}, strict: null } }],
  [{ type: 'function', function: { name: 'a b' } }],
  [{ type: 'function', function: { name: 'f', more: 1 } }],
  [{ type: 'custom', name: 'f' }],
  [CALLING, { role: 'tool', tool_call_id: 'c', content: 'x' }],
  [CALLING],
  [{ ...CALLING, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f' } }] }],
  [CALL_ITEM, { type: 'function_call_output', call_id: 'c', output: 'x', status: 'completed' }],
  [CALL_ITEM, { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'x' }] }],
  [CALL_ITEM],
  [{ ...CALL_ITEM, more: 1 }],
];

/** Rules that no schema of one field can say: the answer names the field, but the document admits the value. */
const BEYOND_SCHEMA: Readonly<Record<string, string>> = {
  model: 'only one model is served',
  precision: 'words and numbers mean what the ladder has',
  stream_options: "only with 'stream'",
  top_logprobs: "only with 'logprobs', in a chat",
  prompt: "excludes 'messages'",
  messages: "excludes 'prompt'; an assistant must have said something; calls must be answered, once",
  max_tokens: "0 only with 'echo'",
  input: 'calls must be answered',
  tools: "names differ, schemas are bounded; to be counted, only with 'messages'",
  tool_choice: "what must be called is among the 'tools'",
  add_generation_prompt: "only with 'messages'",
};

const paths = Object.keys(MINIMAL);
const validators = new Map<string, ValidateFunction>();
const bodyOf = (path: string): Schema =>
  documented.paths[path]?.post?.requestBody?.content['application/json'].schema as Schema;

beforeAll(() => {
  for (const path of paths) validators.set(path, schemaValidator().compile(bodyOf(path)));
});

describe('[H2] the document lists the routes of the server, and no others', () => {
  it('by method and path', () => {
    const metrics = { contentType: 'text/plain', render: async () => '' };
    const { app } = httpTestApp(new FakeInferenceService(() => ({ tokens: [] })), {}, metrics);
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
    const listed = Object.entries(documented.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(10);
    expect([...new Set(routes)].sort()).toEqual(listed.sort());
  });

  it('and serves itself', async () => {
    const { app } = scriptedApp();
    const answer = await app.request('/openapi.json');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(documented)));
  });
});

it('[H2] docs/api.md names every field of every body', () => {
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const fields = paths.flatMap((path) => Object.keys(bodyOf(path).properties));
  for (const field of fields) expect(page).toContain(`\`${field}`);
});

describe('[H2] the server takes of a field what the document says, and nothing else', () => {
  it.each(paths)('%s', async (path) => {
    const { post } = scriptedApp({ tokens: ['a'] });
    const validate = validators.get(path) as ValidateFunction;
    const fields = Object.keys(bodyOf(path).properties);
    expect(fields.length).toBeGreaterThan(1);
    const seen = { taken: 0, refused: 0 };
    for (const field of fields) {
      for (const value of VALUES) {
        const body = { ...MINIMAL[path], [field]: value };
        const answer = await post(path, body);
        const admitted = complaints(validate, body).length === 0;
        const taken = answer.status === 200;
        const where = JSON.stringify({ [field]: value });
        if (taken) {
          seen.taken++;
          await answer.body?.cancel();
          expect(complaints(validate, body), where).toEqual([]);
          continue;
        }
        seen.refused++;
        const { error } = (await answer.json()) as { error: { param: string; code: string } };
        expect([400, 404], where).toContain(answer.status);
        expect(error.param?.split(/[.[]/)[0], where).toBe(
          field === 'messages' && path === '/tokenize' && error.param === 'messages' ? 'messages' : field,
        );
        if (admitted) expect(Object.keys(BEYOND_SCHEMA), where).toContain(field);
      }
    }
    expect(seen.taken).toBeGreaterThan(fields.length);
    expect(seen.refused).toBeGreaterThan(fields.length);
  });

  it.each(paths)('%s: what is required is, and what is not listed is refused', async (path) => {
    const { post } = scriptedApp({ tokens: ['a'] });
    for (const field of bodyOf(path).required ?? []) {
      const body = { ...MINIMAL[path], [field]: undefined };
      expect((await post(path, body)).status, field).toBe(400);
    }
    expect((await post(path, { ...MINIMAL[path], unlisted: null })).status).toBe(400);
  });
});
